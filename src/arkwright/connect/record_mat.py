"""Read numeric arrays of a MATLAB file, level 5 (versions 5 to 7.2): broken files are errors, never a crash.

The usual reader ends the whole process at some broken files, and a folder watched for years has such files.

References
----------
MathWorks, "MAT-File Format", R2024a, chapter 1: level 5 MAT-files.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

HEAD_BYTES = 128
MATRIX, COMPRESSED = 14, 15
COMPLEX = 0x0800
STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
"""Type of a data element (table 1-1) to how its numbers are stored."""
CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}
"""Class of a numeric array (table 1-3) to what it is in memory; it may be stored in a smaller type."""


class Element(NamedTuple):
    """A data element: its type, and its bytes."""

    kind: int
    data: memoryview


def read_arrays(path: Path, largest_bytes: int) -> dict[str, NDArray[np.generic]]:
    """Read the real numeric arrays of a MATLAB file by name; cells, structures and text are left out.

    Parameters
    ----------
    path
        File.
    largest_bytes
        Most that may be unpacked. [bytes]

    Returns
    -------
    arrays
        By name, each of the shape it was saved with.

    Raises
    ------
    ValueError
        If it is no MATLAB file of level 5, or is broken.
    OSError
        If it cannot be read.
    """
    data = memoryview(path.read_bytes())
    order = _byte_order(bytes(data[:HEAD_BYTES]))
    found: dict[str, NDArray[np.generic]] = {}
    left = largest_bytes
    for element in _elements(data[HEAD_BYTES:], order):
        inner = element
        if element.kind == COMPRESSED:
            unpacked = _unpack(element.data, left)
            left -= len(unpacked)
            inner = next(_elements(memoryview(unpacked), order), element)
        if inner.kind == MATRIX and (named := _array(inner.data, order)) is not None:
            found[named[0]] = named[1]
    return found


def _byte_order(head: bytes) -> str:
    if head[:10] == b"MATLAB 7.3":
        raise ValueError("MATLAB 7.3 file (HDF5), which is not read; save it with the option -v7")
    mark = head[126:128]
    if len(head) < HEAD_BYTES or mark not in (b"IM", b"MI"):
        raise ValueError("no MATLAB file of version 5 to 7; save it with the option -v7")
    return "<" if mark == b"IM" else ">"


def _elements(data: memoryview, order: str) -> Iterator[Element]:
    at = 0
    while at + 8 <= len(data):
        kind, n = struct.unpack_from(f"{order}II", data, at)
        if kind >> 16:  # a short element: number of bytes, type and data in eight bytes
            n, kind, start, step = kind >> 16, kind & 0xFFFF, at + 4, 8
            if n > 4:
                raise ValueError(f"a short element of {n} bytes")
        else:
            start = at + 8
            step = 8 + (n if kind == COMPRESSED else -(-n // 8) * 8)
        if start + n > len(data):
            raise ValueError(f"cut short: an element of {n} bytes, {max(0, len(data) - start)} are there")
        yield Element(kind, data[start : start + n])
        at += step


def _unpack(packed: memoryview, largest_bytes: int) -> bytes:
    stream = zlib.decompressobj()
    try:
        data = stream.decompress(packed, max(1, largest_bytes))
    except zlib.error as error:
        raise ValueError(f"broken: {error}") from error
    if not stream.eof:
        why = "more than may be unpacked" if stream.unconsumed_tail else "cut short within an array"
        raise ValueError(why)
    return data


def _array(data: memoryview, order: str) -> tuple[str, NDArray[np.generic]] | None:
    """Read a numeric array with its name, None where it is something else."""
    parts = list(_elements(data, order))
    if len(parts) < 4 or len(parts[0].data) < 8:
        return None
    (flags,) = struct.unpack_from(f"{order}I", parts[0].data)
    wanted, stored = CLASSES.get(flags & 0xFF), STORED.get(parts[3].kind)
    if wanted is None or stored is None or flags & COMPLEX:
        return None
    dims = np.frombuffer(parts[1].data, f"{order}i4").tolist()
    values = np.frombuffer(parts[3].data, f"{order}{stored}")
    if any(d < 0 for d in dims) or math.prod(dims) != len(values):
        raise ValueError(f"an array of {dims} with {len(values)} numbers")
    name = bytes(parts[2].data).decode("ascii", errors="replace")
    return name, values.astype(wanted).reshape(dims, order="F")
