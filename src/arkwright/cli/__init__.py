"""The command line: one command a use."""
