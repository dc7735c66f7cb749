"""A long-lived process that shares a small computer takes little memory and gives the rest back."""

from __future__ import annotations

import os
from collections.abc import Callable

M_ARENA_MAX = -8  # malloc.h of the GNU C library
ARENAS = 2


def be_frugal() -> None:
    """Bound what the C library keeps for threads; to be called before anything heavy is loaded.

    Each of the hundred short-lived threads that read and write files would otherwise draw on an arena of its
    own, and Arrow would keep pools beside them: 95 s into the demo, without a browser, it took 334 MB
    resident, and 278 MB so (`python -m bench.first_run` measures all processes, with one).
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    mallopt = _from_c("mallopt")
    if mallopt is not None:
        mallopt(M_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Return freed pages to the system."""
    trim = _from_c("malloc_trim")
    if trim is not None:
        trim(0)


def _from_c(name: str) -> Callable[..., int] | None:
    """Return a function of the C library, None where this one has it not."""
    import ctypes

    return getattr(ctypes.CDLL(None), name, None)
