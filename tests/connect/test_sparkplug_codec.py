"""The Sparkplug codec gives back what it was given, and never breaks on bytes it was not."""

import contextlib
import gzip
import math
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkwright.connect.sparkplug_codec import DataSet, DataType, Metric, Payload, Template, decode, encode
from arkwright.core.errors import SourceError

D = DataType
RANGES = {D.INT8: 2**7, D.INT16: 2**15, D.INT32: 2**31, D.INT64: 2**63}


@pytest.mark.parametrize("datatype", RANGES)
@given(data=st.data())
@settings(max_examples=25)
def test_signed_integers_survive(datatype, data):
    value = data.draw(st.integers(-RANGES[datatype], RANGES[datatype] - 1))
    assert decode(encode(Payload([Metric("m", value, datatype)]))).metrics[0].value == value


@pytest.mark.parametrize(
    ("datatype", "value"),
    [
        (D.UINT8, 255), (D.UINT16, 65535), (D.UINT32, 2**32 - 1), (D.UINT64, 2**64 - 1), (D.FLOAT, 0.5),
        (D.DOUBLE, math.pi), (D.BOOLEAN, True), (D.STRING, "°C"), (D.DATETIME, 1_700_000_000_000),
        (D.TEXT, "t"), (D.UUID, "u"), (D.BYTES, b"\0\xff"), (D.FILE, b"x"), (D.INT8_ARRAY, [-128, 127]),
        (D.INT16_ARRAY, [-1, 2]), (D.INT32_ARRAY, [-1]), (D.INT64_ARRAY, [-(2**63)]), (D.UINT8_ARRAY, [255]),
        (D.UINT16_ARRAY, [65535]), (D.UINT32_ARRAY, [2**32 - 1]), (D.UINT64_ARRAY, [2**64 - 1]),
        (D.FLOAT_ARRAY, [1.5, -2.0]), (D.DOUBLE_ARRAY, [math.e]), (D.STRING_ARRAY, ["a", "", "ü"]),
        (D.BOOLEAN_ARRAY, [True, False, True, True, False, False, True, False, True]),
        (D.DATETIME_ARRAY, [1, 2]),
        (D.DATASET, DataSet(("a", "b"), (3, 12), ((-1, "x"), (2, None)))),
        (D.TEMPLATE, Template((Metric("in", 1.0, 10),), {"p": 1}, ref="T", version="1")),
    ],
)  # fmt: skip
def test_every_datatype_survives(datatype, value):
    metric = Metric("m", value, datatype, 5, 7, False, True, True, {"engUnit": "mm/s", "low": -3})
    payload = Payload([metric], 255, 9, "u")
    assert decode(encode(payload)) == payload


def test_nested_property_sets_and_nulls_survive():
    properties = {"a": {"b": {"c": 1}}, "list": [{"x": 1.5}, {"y": "z"}], "none": None, "on": True}
    metric = decode(encode(Payload([Metric("m", None, D.DOUBLE, properties=properties)]))).metrics[0]
    assert metric.is_null
    assert metric.value is None
    assert metric.properties == properties


def test_the_specification_packs_booleans_from_the_high_bit():
    # Sparkplug 3.0.0, section 6.4.17: [0,0,1,1,0,1,0,0,1,1,0,1] is 0C000000 34D0.
    bits = [bool(int(b)) for b in "001101001101"]
    raw = encode(Payload([Metric("m", bits, D.BOOLEAN_ARRAY)]))
    assert bytes.fromhex("0C00000034D0") in raw


def test_a_value_too_large_for_its_type_is_refused_by_name():
    with pytest.raises(SourceError, match="hot"):
        encode(Payload([Metric("hot", 300, D.INT8)]))


@given(st.binary(max_size=200))
@settings(max_examples=300)
def test_any_bytes_decode_or_are_refused(data):
    with contextlib.suppress(SourceError):
        decode(data)


@given(st.data())
@settings(max_examples=200)
def test_damaged_payloads_decode_or_are_refused(data):
    properties = {"engUnit": "g", "s": {"t": 1}}
    metrics = [
        Metric("a", [True] * 9, D.BOOLEAN_ARRAY, 1, 2, properties=properties),
        Metric("b", "text", D.STRING),
    ]
    raw = bytearray(encode(Payload(metrics, 3, 4)))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(SourceError):
        decode(bytes(raw))


@pytest.mark.parametrize("pack", [zlib.compress, gzip.compress])
def test_a_packed_payload_is_unpacked(pack):
    inner = Payload([Metric("m", 1.5, D.DOUBLE, 5)], 7, 9)
    assert decode(encode(Payload(uuid="SPBV1.0_COMPRESSED", body=pack(encode(inner))))) == inner


@pytest.mark.parametrize(
    "body", [b"", b"nonsense", zlib.compress(b"abc")[:-3], zlib.compress(bytes(80 << 20))]
)
def test_a_packed_payload_that_is_broken_or_a_bomb_is_refused(body):
    with pytest.raises(SourceError, match="compressed payload"):
        decode(encode(Payload(uuid="SPBV1.0_COMPRESSED", body=body)))
