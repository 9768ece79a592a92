"""The settings: what people set for themselves, and what administrators look after. One file a page."""
