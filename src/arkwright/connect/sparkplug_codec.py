"""Sparkplug B payloads: bytes to metrics and back."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from arkwright.connect.sparkplug_schema import DataType, message_classes
from arkwright.core.errors import SourceError

__all__ = [
    "DataSet",
    "DataType",
    "Metric",
    "Payload",
    "Plain",
    "Template",
    "decode",
    "encode",
    "guess_datatype",
    "read_plain",
    "read_signed",
    "read_value",
]

COMPRESSED = "SPBV1.0_COMPRESSED"
"""Name (as uuid) of a payload whose body is another one, packed: a habit of Cirrus Link's own clients."""
LARGEST = 64 * 1024 * 1024  # of an unpacked payload: a few bytes may claim to hold gigabytes

_SIGNED_BITS = {1: 8, 2: 16, 3: 32, 4: 64}
_FIELD = {
    **dict.fromkeys((1, 2, 3, 5, 6, 7), "int_value"),
    **dict.fromkeys((4, 8, 13), "long_value"),
    9: "float_value",
    10: "double_value",
    11: "boolean_value",
    **dict.fromkeys((12, 14, 15), "string_value"),
    **dict.fromkeys((17, 18, *range(22, 35)), "bytes_value"),
}
_ARRAY_CODE = {
    22: "b",
    23: "h",
    24: "i",
    25: "q",
    26: "B",
    27: "H",
    28: "I",
    29: "Q",
    30: "f",
    31: "d",
    34: "Q",
}


@dataclass(frozen=True)
class DataSet:
    """A table as a metric's value."""

    columns: tuple[str, ...]
    types: tuple[int, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True)
class Template:
    """A user-defined type, or an instance of one."""

    metrics: tuple[Metric, ...] = ()
    parameters: Mapping[str, object] = field(default_factory=dict)
    ref: str = ""
    version: str = ""
    is_definition: bool = False


@dataclass(slots=True)
class Metric:
    """One metric; ``time_ms`` [ms since 1970-01-01 UTC], None where the message gives none."""

    name: str = ""
    value: Any = None
    datatype: int = 0
    time_ms: int | None = None
    alias: int | None = None
    is_null: bool = False
    is_historical: bool = False
    is_transient: bool = False
    properties: Mapping[str, object] = field(default_factory=dict)


class Plain(NamedTuple):
    """A message of nothing but live floating-point values: ``rows`` of alias, time [ms] and value."""

    seq: int
    rows: list[tuple[int, int, float]]


@dataclass
class Payload:
    """One message: its metrics, its sequence number (0 to 255) and when it was sent. [ms]"""

    metrics: list[Metric] = field(default_factory=list)
    seq: int | None = None
    time_ms: int | None = None
    uuid: str = ""
    body: bytes = b""


def encode(payload: Payload) -> bytes:
    """Write a payload as Sparkplug B bytes.

    Raises
    ------
    SourceError
        If a value does not fit its datatype.
    """
    message = message_classes()["Payload"]()
    if payload.time_ms is not None:
        message.timestamp = payload.time_ms
    if payload.seq is not None:
        message.seq = payload.seq
    if payload.uuid:
        message.uuid = payload.uuid
    if payload.body:
        message.body = payload.body
    for metric in payload.metrics:
        try:
            _put_metric(message.metrics.add(), metric)
        except (ValueError, TypeError, OverflowError, struct.error) as error:
            raise SourceError(
                f"metric '{metric.name}': {error}", wanted=f"datatype {metric.datatype}"
            ) from error
    return bytes(message.SerializeToString())


def decode(data: bytes) -> Payload:
    """Read Sparkplug B bytes.

    Raises
    ------
    SourceError
        If the bytes are no payload, or a value does not fit its datatype.
    """
    from google.protobuf.message import DecodeError

    message = message_classes()["Payload"]()
    try:
        message.ParseFromString(data)
        if message.uuid == COMPRESSED:
            message.ParseFromString(_inflate(message.body))
        return Payload(
            [_metric(m) for m in message.metrics],
            message.seq if message.HasField("seq") else None,
            message.timestamp if message.HasField("timestamp") else None,
            message.uuid,
            message.body,
        )
    except (DecodeError, ValueError, TypeError, OverflowError, struct.error, IndexError) as error:
        raise SourceError(f"malformed payload of {len(data)} bytes: {error}", wanted="Sparkplug B") from error


# ---------------------------------------------------------------------------------------------- writing
def _put_metric(row: Any, metric: Metric) -> None:
    _put_head(row, metric)
    if metric.properties:
        _put_properties(row.properties, metric.properties)
    if metric.is_null or metric.value is None:
        row.is_null = True
    else:
        _put_value(row, metric.value, metric.datatype or guess_datatype(metric.value))


def _put_head(row: Any, metric: Metric) -> None:
    if metric.name:
        row.name = metric.name
    if metric.alias is not None:
        row.alias = metric.alias
    if metric.time_ms is not None:
        row.timestamp = metric.time_ms
    if metric.datatype:
        row.datatype = metric.datatype
    if metric.is_historical:
        row.is_historical = True
    if metric.is_transient:
        row.is_transient = True


def guess_datatype(value: object) -> DataType:
    """Choose the datatype that holds a Python value whole."""
    if isinstance(value, bool):
        return DataType.BOOLEAN
    if isinstance(value, int):
        return DataType.INT32 if -(2**31) <= value < 2**31 else DataType.INT64
    if isinstance(value, float):
        return DataType.DOUBLE
    if isinstance(value, bytes):
        return DataType.BYTES
    if isinstance(value, DataSet):
        return DataType.DATASET
    return DataType.TEMPLATE if isinstance(value, Template) else DataType.STRING


def _put_value(row: Any, value: Any, datatype: int) -> None:
    if datatype == DataType.DATASET:
        _put_dataset(row.dataset_value, value)
    elif datatype == DataType.TEMPLATE:
        _put_template(row.template_value, value)
    else:
        name = _FIELD.get(datatype)
        if name is None:
            raise ValueError(f"datatype {datatype} is not one of a metric")
        setattr(row, name, _plain(value, datatype))


def _plain(value: Any, datatype: int) -> object:
    if datatype >= DataType.INT8_ARRAY:
        return _pack(value, datatype)
    if datatype in _SIGNED_BITS:
        bits = _SIGNED_BITS[datatype]
        if not -(1 << bits - 1) <= value < 1 << bits - 1:
            raise ValueError(f"{value} does not fit {bits} bits")
        return int(value) & (0xFFFF_FFFF if bits <= 32 else 0xFFFF_FFFF_FFFF_FFFF)
    return value


def _pack(values: Sequence[Any], datatype: int) -> bytes:
    if datatype == DataType.STRING_ARRAY:
        return b"".join(str(v).encode() + b"\0" for v in values)
    if datatype == DataType.BOOLEAN_ARRAY:
        bits = bytearray((len(values) + 7) // 8)
        for at, value in enumerate(values):
            bits[at // 8] |= bool(value) << 7 - at % 8
        return struct.pack("<I", len(values)) + bytes(bits)
    return struct.pack(f"<{len(values)}{_ARRAY_CODE[datatype]}", *values)


def _put_properties(rows: Any, properties: Mapping[str, object]) -> None:
    for key, value in properties.items():
        rows.keys.append(key)
        row = rows.values.add()
        if isinstance(value, Mapping):
            row.type = DataType.PROPERTY_SET
            _put_properties(row.propertyset_value, value)
        elif isinstance(value, (list, tuple)):
            row.type = DataType.PROPERTY_SET_LIST
            row.propertysets_value.SetInParent()
            for part in value:
                _put_properties(row.propertysets_value.propertyset.add(), part)
        elif value is None:
            row.type, row.is_null = DataType.STRING, True
        else:
            row.type = guess_datatype(value)
            _put_value(row, value, row.type)


def _put_dataset(row: Any, value: DataSet) -> None:
    row.num_of_columns = len(value.columns)
    row.columns.extend(value.columns)
    row.types.extend(value.types)
    for cells in value.rows:
        added = row.rows.add()
        for cell, datatype in zip(cells, value.types, strict=True):
            element = added.elements.add()
            if cell is not None:
                _put_value(element, cell, datatype)


def _put_template(row: Any, value: Template) -> None:
    row.is_definition = value.is_definition
    if value.ref:
        row.template_ref = value.ref
    if value.version:
        row.version = value.version
    for metric in value.metrics:
        _put_metric(row.metrics.add(), metric)
    for name, parameter in value.parameters.items():
        added = row.parameters.add(name=name, type=guess_datatype(parameter))
        _put_value(added, parameter, added.type)


# ---------------------------------------------------------------------------------------------- reading
def read_plain(data: bytes) -> Plain | None:
    """Read a message of plain values without building metrics; None where it holds anything else."""
    from google.protobuf.message import DecodeError

    message = message_classes()["Payload"]()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return None
    rows = []
    for row in message.metrics:
        kind = row.WhichOneof("value")
        if kind not in ("double_value", "float_value") or not _is_plain(row):
            return None
        rows.append((row.alias, row.timestamp, getattr(row, kind)))
    return Plain(message.seq, rows) if message.HasField("seq") and not message.uuid else None


def _inflate(body: bytes) -> bytes:
    """Unpack a compressed payload, zlib or gzip, up to a size that no honest message has."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # 32: tell zlib and gzip apart by the head
    try:
        data = unpacker.decompress(body, LARGEST)
    except zlib.error as error:
        raise ValueError(f"compressed payload: {error}") from error
    if not unpacker.eof:
        raise ValueError(f"compressed payload is cut short, or unpacks to more than {LARGEST} bytes")
    return data


def _is_plain(row: Any) -> bool:
    flagged = row.is_historical or row.is_transient or row.is_null or row.HasField("properties")
    return bool(not flagged and row.HasField("alias") and 0 < row.timestamp < 2**52)


def _metric(row: Any) -> Metric:
    datatype = row.datatype
    is_null = row.is_null
    return Metric(
        row.name,
        None if is_null else read_value(row, datatype),
        datatype,
        row.timestamp if row.HasField("timestamp") else None,
        row.alias if row.HasField("alias") else None,
        is_null,
        row.is_historical,
        row.is_transient,
        _properties(row.properties) if row.HasField("properties") else {},
    )


def read_value(row: Any, datatype: int) -> Any:
    """Return the value a protobuf row carries, read as a datatype (0: as it stands)."""
    name = row.WhichOneof("value")
    if name is None:
        return None
    value = getattr(row, name)
    if name == "dataset_value":
        return _dataset(value)
    if name == "template_value":
        parameters = {p.name: read_value(p, p.type) for p in value.parameters}
        metrics = tuple(_metric(m) for m in value.metrics)
        return Template(metrics, parameters, value.template_ref, value.version, value.is_definition)
    if name == "bytes_value" and datatype >= DataType.INT8_ARRAY:
        return _unpack(value, datatype)
    return read_signed(value, datatype) if name in ("int_value", "long_value") else value


def read_signed(value: int, datatype: int) -> int:
    """Read the unsigned number of the wire as the datatype means it."""
    bits = _SIGNED_BITS.get(datatype)
    if bits is None:
        return value
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> bits - 1 else value


def _unpack(data: bytes, datatype: int) -> list[Any]:
    if datatype == DataType.STRING_ARRAY:
        return [part.decode() for part in data.split(b"\0")[:-1]]
    if datatype == DataType.BOOLEAN_ARRAY:
        (n,) = struct.unpack_from("<I", data)
        if n > 8 * (len(data) - 4):
            raise ValueError(f"{n} booleans in {len(data) - 4} bytes")
        return [bool(data[4 + at // 8] >> 7 - at % 8 & 1) for at in range(n)]
    code = _ARRAY_CODE.get(datatype)
    if code is None:
        raise ValueError(f"datatype {datatype} is no array")
    return list(struct.unpack(f"<{len(data) // struct.calcsize(code)}{code}", data))


def _properties(rows: Any) -> dict[str, object]:
    return {key: _property(row) for key, row in zip(rows.keys, rows.values, strict=False)}


def _property(row: Any) -> object:
    if row.is_null:
        return None
    name = row.WhichOneof("value")
    if name == "propertyset_value":
        return _properties(row.propertyset_value)
    if name == "propertysets_value":
        return [_properties(part) for part in row.propertysets_value.propertyset]
    return read_value(row, row.type)


def _dataset(row: Any) -> DataSet:
    types = tuple(row.types)
    rows = tuple(
        tuple(read_value(cell, kind) for cell, kind in zip(r.elements, types, strict=False)) for r in row.rows
    )
    return DataSet(tuple(row.columns), types, rows)
