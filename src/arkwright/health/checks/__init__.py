"""The checks: one file each, found by its ``CHECK``."""
