"""The servers of the demo works: each runs in a process of its own."""
