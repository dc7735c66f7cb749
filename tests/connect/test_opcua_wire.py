"""Publish responses are decoded as the library would; bytes that are none are refused, and never hang us."""

import asyncio
from datetime import UTC, datetime

import pytest
from asyncua import ua
from asyncua.ua.ua_binary import struct_to_binary
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.connect.opcua_harness import Inlet, connection, signal

from arkwright.connect import opcua_session
from arkwright.connect.opcua_left import find_left
from arkwright.connect.opcua_nodes import Item, Monitored, refuse_failed
from arkwright.connect.opcua_wire import MessageError, decode_publish
from arkwright.core.tables import to_us

WHEN = datetime(2026, 5, 1, 6, tzinfo=UTC)
VALUES = [
    ua.Variant(1.5, ua.VariantType.Double),
    ua.Variant(-7, ua.VariantType.Int16),
    ua.Variant("alloy 7", ua.VariantType.String),
    ua.Variant([0.5, -0.5], ua.VariantType.Float, is_array=True),
    ua.Variant(2.5, ua.VariantType.Double),
]


def response(values=VALUES, status=ua.StatusCodes.Good):
    change = ua.DataChangeNotification()
    for handle, variant in enumerate(values):
        item = ua.MonitoredItemNotification()
        item.ClientHandle = handle
        item.Value = ua.DataValue(variant, ua.StatusCode(status), SourceTimestamp=WHEN)
        change.MonitoredItems.append(item)
    message = ua.PublishResponse()
    message.Parameters.SubscriptionId = 9
    message.Parameters.AvailableSequenceNumbers = [3, 4]
    message.Parameters.NotificationMessage.SequenceNumber = 4
    message.Parameters.NotificationMessage.NotificationData = [change]
    return struct_to_binary(message)


def test_a_message_is_read_with_its_numbers_times_and_odd_values():
    message = decode_publish(response())
    assert (message.subscription, message.sequence, message.is_keepalive) == (9, 4, False)
    numbers = {int(h): v for part in message.scalars for h, v in zip(part.handles, part.values, strict=True)}
    assert numbers == {0: 1.5, 1: -7.0, 4: 2.5}
    assert {int(t) for part in message.scalars for t in part.times_us} == {to_us(WHEN)}
    text, wave = message.odd
    assert (text.handle, text.value) == (2, "alloy 7")
    assert list(wave.value) == [0.5, -0.5]


@pytest.mark.parametrize("status", [0x808C_0000, 0x4090_0000, 0x8000_0480])
def test_a_status_is_kept_whole(status):
    message = decode_publish(response(VALUES[:1], status))
    (part,) = message.scalars
    assert part.status.tolist() == [status]


@given(st.binary(max_size=300))
@settings(max_examples=300)
def test_any_bytes_are_a_message_or_are_refused(data):
    try:
        decode_publish(data)
    except MessageError as error:
        assert "cannot be read" in error.found


@given(st.data())
@settings(max_examples=300)
def test_a_damaged_message_is_read_or_refused(data):
    raw = bytearray(response())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.sampled_from([0, 1, 64, 127, 128, 255]))
    try:
        decode_publish(bytes(raw[: data.draw(st.integers(0, len(raw)))]))
    except MessageError as error:
        assert error.fix


async def test_a_message_that_cannot_be_read_is_refused_once_and_not_asked_for_again(monkeypatch):
    class Client:
        def disconnect_socket(self):
            pass

    class Session:
        def __init__(self, client, settings, inlet, signals, left):
            self.real = original(client, settings, inlet, signals, left)

        async def begin(self, resumed):
            self.real._subscription, self.real._seen_us = 9, to_us(WHEN)

        async def run(self):
            decode_publish(response()[:40])

        def leave(self, **how):
            return self.real.leave(**how)

    async def opened(*_):
        await asyncio.sleep(0)
        return Client(), False

    original = opcua_session.Session
    monkeypatch.setattr(opcua_session, "Session", Session)
    monkeypatch.setattr(opcua_session, "open_client", opened)
    link, inlet, signals = connection("opcua", "opc.tcp://192.0.2.1"), Inlet(), [signal("a", "i=1")]
    inlet.resume = {"subscription": 9, "expected": 4, "layout": "x"}
    with pytest.raises(MessageError):
        await opcua_session.run_session(link, signals, inlet)
    assert inlet.refused() == {"peer"}
    left = find_left(link, signals, inlet)
    # No subscription to take over: the next session makes a new one, and its gap begins here.
    assert (left.subscription, left.layout, left.seen_us) == (0, "", to_us(WHEN))


def test_a_server_that_keeps_too_few_values_is_told_of_once():
    inlet = Inlet()
    items = [Item(signal(name, f"i={n}"), None) for n, name in enumerate("abc")]
    refuse_failed(items, [Monitored("", 1, 0.0), Monitored("", 100, 0.0), Monitored("", 10, 0.0)], inlet)
    ((subject, found, wanted, _),) = inlet.refusals
    assert (subject, wanted) == ("a", "50 or more")
    assert "only 1 values" in found
    assert "of 1 more signals" in found
