"""History: what was read, kept exactly once as Delta tables, and asked for through one interface."""
