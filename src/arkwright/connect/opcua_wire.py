"""Decode publish responses of OPC UA, whole runs of equally laid out notifications at a time."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from asyncua.ua.uaerrors import UaError
from numpy.typing import NDArray

from arkwright.core.errors import SourceError

FILETIME_1970 = 116_444_736_000_000_000  # 100 ns ticks from 1601 to 1970 (OPC 10000-6, 5.2.2.5)
NO_TIME = int(np.iinfo(np.int64).min)
FIRST_WINDOW = 64

DATA_CHANGE, STATUS_CHANGE = (
    811,
    820,
)  # binary encoding ids of the notification types (OPC 10000-6, Annex A.3)

UNREADABLE = (
    struct.error,
    UaError,
    IndexError,
    KeyError,
    ValueError,
    TypeError,
    OverflowError,
    RecursionError,
)
"""What decoding raises where the bytes are not what they claim to be."""

NUMBERS = {1: "u1", 2: "i1", 3: "u1", 4: "<i2", 5: "<u2", 6: "<i4", 7: "<u4", 8: "<i8", 9: "<u8",
           10: "<f4", 11: "<f8"}  # fmt: skip
"""Built-in type id to numpy type, of those with a fixed width (OPC 10000-6, 5.1.2)."""
ARRAY, DIMENSIONS = 0x80, 0x40
HAS_VALUE, HAS_STATUS, HAS_TIME, HAS_SERVER, HAS_PICO, HAS_SERVER_PICO = 1, 2, 4, 8, 16, 32


@dataclass(frozen=True)
class Scalars:
    """Notifications of plain numbers, columns of shape ``(n,)``; ``times_us`` [us], NO_TIME if unstamped."""

    handles: NDArray[np.int64]
    values: NDArray[np.float64]
    status: NDArray[np.uint32]
    times_us: NDArray[np.int64]


@dataclass(frozen=True)
class Odd:
    """A notification of anything else: text, time, array, structure, nothing; ``time_us`` [us]."""

    handle: int
    value: object
    status: int
    time_us: int | None


@dataclass
class Message:
    """One notification message; ``ended`` is the status with which the server ended the subscription."""

    subscription: int
    sequence: int
    scalars: list[Scalars] = field(default_factory=list)
    odd: list[Odd] = field(default_factory=list)
    ended: int | None = None
    is_keepalive: bool = True


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, layout: str) -> int:
        value: int = struct.unpack_from(layout, self.data, self.at)[0]
        self.at += struct.calcsize(layout)
        return value

    def skip_string(self) -> None:
        self.skip_list(1)

    def skip_list(self, width: int) -> None:
        # Not in one line with +=: that would take `at` as it was before the length was read.
        n = self.take("<i")
        self.at += max(n, 0) * width

    def node(self) -> int:
        """Read a numeric node id; any other kind names no type that is decoded here."""
        kind = self.take("B")
        if kind == 0:
            return self.take("B")
        if kind == 1:
            self.at += 1
            return self.take("<H")
        self.at += 2
        if kind == 2:
            return self.take("<I")
        if kind == 4:
            self.at += 16
        else:
            self.skip_string()
        return -1

    def diagnostics(self) -> None:
        mask = self.take("B")
        self.at += 4 * (mask & 0x0F).bit_count()
        if mask & 0x10:
            self.skip_string()
        if mask & 0x20:
            self.at += 4
        if mask & 0x40:
            self.diagnostics()

    def header(self) -> None:
        """Skip type id and response header: the caller has looked at the service result."""
        self.node()
        self.at += 16
        self.diagnostics()
        for _ in range(max(self.take("<i"), 0)):
            self.skip_string()
        self.node()
        if self.take("B"):
            self.skip_string()


class MessageError(SourceError):
    """A message that cannot be read; asking for it again would not help."""


@contextmanager
def _readable(data: bytes) -> Iterator[_Cursor]:
    try:
        yield _Cursor(data)
    except UNREADABLE as error:
        raise MessageError(
            f"a message of {len(data)} bytes cannot be read: {type(error).__name__}: {error}",
            wanted="a publish response of OPC UA",
            fix="Report it to the maker of the server; a new subscription is made.",
        ) from error


def decode_publish(data: bytes) -> Message:
    """Decode the body of a PublishResponse.

    Parameters
    ----------
    data
        Body of the response, from its type id on.

    Returns
    -------
    message
        What it notifies of.

    Raises
    ------
    MessageError
        If the bytes are no such response.
    """
    with _readable(data) as cursor:
        cursor.header()
        subscription = cursor.take("<I")
        cursor.skip_list(4)
        cursor.at += 1
        return _message(cursor, subscription)


def decode_republish(data: bytes, subscription: int) -> Message:
    """Decode the body of a RepublishResponse.

    Parameters
    ----------
    data
        Body of the response, from its type id on.
    subscription
        The subscription that was asked for. [1]

    Returns
    -------
    message
        The message as it was first sent.

    Raises
    ------
    MessageError
        If the bytes are no such response.
    """
    with _readable(data) as cursor:
        cursor.header()
        return _message(cursor, subscription)


def _message(cursor: _Cursor, subscription: int) -> Message:
    message = Message(subscription, cursor.take("<I"))
    cursor.at += 8
    for _ in range(max(cursor.take("<i"), 0)):
        message.is_keepalive = False
        kind = cursor.node()
        end = cursor.at + 1
        if cursor.take("B"):
            end = cursor.take("<i") + cursor.at
        if not cursor.at <= end <= len(cursor.data):
            raise ValueError("a length that leads out of the message")
        if kind == DATA_CHANGE:
            _items(cursor, end, message)
        elif kind == STATUS_CHANGE:
            message.ended = cursor.take("<I")
        cursor.at = end
    return message


@cache
def _layout(mask: int, encoding: int) -> np.dtype[np.void] | None:
    """Lay out one notification as a row, if all notifications of its kind are equally wide."""
    fields = [("handle", "<u4"), ("mask", "u1")]
    if mask & HAS_VALUE:
        if encoding not in NUMBERS:
            return None
        fields += [("encoding", "u1"), ("value", NUMBERS[encoding])]
    # On the wire each time is followed by its picoseconds (OPC 10000-6, 5.2.2.17).
    for bit, name, kind in (
        (HAS_STATUS, "status", "<u4"),
        (HAS_TIME, "time", "<i8"),
        (HAS_PICO, "pico", "<u2"),
        (HAS_SERVER, "server", "<i8"),
        (HAS_SERVER_PICO, "server_pico", "<u2"),
    ):
        if mask & bit:
            fields.append((name, kind))
    return np.dtype(fields)


def _items(cursor: _Cursor, end: int, message: Message) -> None:
    left, window = cursor.take("<i"), FIRST_WINDOW
    while left > 0:
        mask = cursor.data[cursor.at + 4]
        encoding = cursor.data[cursor.at + 5] if mask & HAS_VALUE else 0
        layout = _layout(mask, encoding)
        if layout is None:
            message.odd.append(_odd(cursor, end))
            left -= 1
            continue
        # The window keeps a mixed message from being compared to its end at every change of layout.
        room = min(left, window, (end - cursor.at) // layout.itemsize)
        if room < 1:
            raise ValueError(f"{left} notifications are missing")
        rows = np.frombuffer(cursor.data, layout, room, cursor.at)
        same = rows["mask"] == mask
        if mask & HAS_VALUE:
            same &= rows["encoding"] == encoding
        run = room if same.all() else int(np.argmin(same))
        message.scalars.append(_scalars(rows[:run], mask))
        window = 2 * window if run == room else FIRST_WINDOW
        cursor.at += run * layout.itemsize
        left -= run


def _scalars(rows: NDArray[np.void], mask: int) -> Scalars:
    n = len(rows)
    values = rows["value"].astype(np.float64) if mask & HAS_VALUE else np.full(n, np.nan)
    status = rows["status"].astype(np.uint32) if mask & HAS_STATUS else np.zeros(n, np.uint32)
    times = np.full(n, NO_TIME, np.int64)
    if mask & HAS_TIME:
        ticks = rows["time"].astype(np.int64)
        times = np.where(ticks > 0, (ticks - FILETIME_1970) // 10, NO_TIME)
    return Scalars(rows["handle"].astype(np.int64), values, status, times)


def _odd(cursor: _Cursor, end: int) -> Odd:
    handle, mask = cursor.take("<I"), cursor.take("B")
    value = _variant(cursor, end) if mask & HAS_VALUE else None
    status = cursor.take("<I") if mask & HAS_STATUS else 0
    ticks = cursor.take("<q") if mask & HAS_TIME else 0
    cursor.at += 2 * bool(mask & HAS_PICO) + 8 * bool(mask & HAS_SERVER) + 2 * bool(mask & HAS_SERVER_PICO)
    return Odd(handle, value, status, (ticks - FILETIME_1970) // 10 if ticks > 0 else None)


def _variant(cursor: _Cursor, end: int) -> object:
    encoding = cursor.data[cursor.at]
    kind = NUMBERS.get(encoding & 0x3F)
    if encoding & ARRAY and not encoding & DIMENSIONS and kind is not None:
        cursor.at += 1
        n = max(cursor.take("<i"), 0)
        samples = np.frombuffer(cursor.data, kind, n, cursor.at)
        cursor.at += samples.nbytes
        return samples
    from asyncua.common.utils import Buffer
    from asyncua.ua.ua_binary import variant_from_binary

    buffer = Buffer(cursor.data, cursor.at, end - cursor.at)
    value: object = variant_from_binary(buffer).Value
    cursor.at = end - len(buffer)
    return value
