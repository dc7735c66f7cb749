"""What was computed once and may be asked for again: the last few results, shared by all threads."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """The last results that were asked for; the one that nobody asked for longest goes first.

    Parameters
    ----------
    most
        Results that are kept. [1]
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._ready: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Return a result, made now unless it is there; two who ask at once may both make it."""
        with self._lock:
            if key in self._ready:
                self._ready.move_to_end(key)
                return self._ready[key]
        made = make()
        with self._lock:
            self._ready[key] = made
            while len(self._ready) > self._most:
                self._ready.popitem(last=False)
        return made

    def __len__(self) -> int:
        return len(self._ready)
