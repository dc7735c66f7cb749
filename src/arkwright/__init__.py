"""Arkwright: open, self-hosted factory intelligence.

Readings come in as Arrow tables; pure judges turn them into findings; pure planners turn wants into explained
plans; only a named person turns a plan into work. Importing this package loads nothing heavy: the rooms are
imported by name (``arkwright.core``, ``arkwright.kits``, ...) when they are needed.
"""

__version__ = "0.1.0.dev0"
__all__ = ["__version__"]
