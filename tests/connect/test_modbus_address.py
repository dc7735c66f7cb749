"""Addresses of Modbus and the words behind them: orders, types, limits of one request, and nonsense."""

import math
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.connect.opcua_harness import Inlet, signal

from arkwright.connect.modbus_address import LAYOUTS, ORDERS, Place, decode, parse_place, plan_blocks
from arkwright.connect.modbus_poll import find_points
from arkwright.core.errors import SourceError

# 3.14159274 as float32 is 40 49 0F DB; its bytes as four makers put them into two registers.
PI = {"be": [0x4049, 0x0FDB], "cdab": [0x0FDB, 0x4049], "badc": [0x4940, 0xDB0F], "dcba": [0xDB0F, 0x4940]}


@pytest.mark.parametrize("order", PI)
def test_every_word_order_reads_pi(order):
    place = parse_place(f"holding:0:float32:{order}")
    assert decode(place, PI[order]) == pytest.approx(math.pi, abs=1e-7)


@pytest.mark.parametrize(
    ("kind", "words", "value"),
    [
        ("int16", [0xFFFE], -2), ("uint16", [0xFFFE], 65534), ("int32", [0xFFFF, 0xFFFE], -2),
        ("uint32", [0x0001, 0x0000], 65536), ("int64", [0xFFFF] * 4, -1), ("uint64", [0, 0, 1, 0], 65536),
        ("float64", [0x3FF8, 0, 0, 0], 1.5), ("bit3", [0b1000], 1), ("bit4", [0b1000], 0),
    ],
)  # fmt: skip
def test_every_type_is_read_as_its_bits_say(kind, words, value):
    assert decode(parse_place(f"input:7:{kind}"), words) == value


@given(st.sampled_from(sorted(LAYOUTS)), st.sampled_from(sorted(ORDERS)), st.data())
def test_what_is_packed_in_an_order_is_unpacked_from_it(kind, order, data):
    code, n = LAYOUTS[kind]
    raw = data.draw(st.binary(min_size=2 * n, max_size=2 * n))
    (value,) = struct.unpack(f">{code}", raw)
    words = [raw[i : i + 2] for i in range(0, len(raw), 2)]
    last_first, swapped = ORDERS[order]
    words = [w[::-1] if swapped else w for w in (reversed(words) if last_first else words)]
    read = decode(Place("holding", 0, n, kind, order), [int.from_bytes(w) for w in words])
    assert read == float(value) or (math.isnan(read) and math.isnan(value))


def test_text_and_factors_and_manual_numbers_are_read():
    assert decode(parse_place("holding:10:string3"), [0x4142, 0x4300, 0x5858]) == "ABC"
    place = parse_place("3/input:30011:int16*0.1-40")
    assert (place.unit, place.start, place.factor, place.offset) == (3, 10, 0.1, -40.0)
    assert parse_place("holding:0x0064").start == 100


@pytest.mark.parametrize(
    "address",
    ["register:5", "holding:70000", "coil:1:float32", "holding:1:bool", "holding:65535:float32", ""],
)
def test_an_illegal_address_is_refused_and_says_what_is_legal(address):
    with pytest.raises(SourceError) as caught:
        parse_place(address)
    assert caught.value.wanted
    inlet = Inlet()
    assert find_points([signal("x", address), signal("y", "holding:1")], inlet)[0].signal.name == "y"
    assert inlet.refused() == {"x"}


@given(st.text(max_size=30))
@settings(max_examples=300)
def test_any_text_is_an_address_or_is_refused(text):
    try:
        place = parse_place(text)
    except SourceError:
        return
    assert 0 <= place.start < place.start + place.n <= 0x1_0000


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=60), st.integers(0, 20))
def test_every_place_is_in_one_request_that_the_protocol_allows(starts, max_hole):
    places = [parse_place(f"holding:0x{s:x}:float32") for s in starts]
    blocks = plan_blocks(places, 1, max_hole)
    assert sorted(i for b in blocks for i in b.members) == list(range(len(places)))
    for block in blocks:
        assert block.n <= 125
        assert all(block.start <= places[i].start <= block.start + block.n - 2 for i in block.members)
