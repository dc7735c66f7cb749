"""The pages in a browser: one process, one event loop, the same as the plant's."""
