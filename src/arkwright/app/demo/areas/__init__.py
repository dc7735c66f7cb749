"""The areas of the demo works: each joins physics, faults and its rows of the site folder."""
