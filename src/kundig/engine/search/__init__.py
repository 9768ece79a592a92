"""Full-text search over all objects, kept by the write door."""
