"""Configuration documents: defaults of the modules merged with the workspace's own, with history, planned and applied as a whole."""
