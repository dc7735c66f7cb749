"""Connectors: one file one protocol."""
