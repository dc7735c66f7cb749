"""Notifications of one message, taken apart."""

import numpy as np

from arkwright.connect.opcua_collect import Collector
from arkwright.connect.opcua_nodes import Item
from arkwright.connect.opcua_wire import Message, Odd, Scalars
from arkwright.core.plant import Signal


def test_values_and_the_rate_of_a_record_may_come_in_one_message():
    record = Signal("p1.vib", "p1", "acceleration", "m/s2", kind="waveform")
    heat = Signal("p1.heat", "p1", "temperature", "degC")
    items = [
        Item(record, "vib", canonical="m/s2", rate_node="rate", speed_node="speed"),
        Item(heat, "heat", canonical="degC"),
    ]
    collector = Collector(items, inlet=None)
    assert collector.nodes == ["vib", "heat", "rate", "speed"]
    scalars = Scalars(
        np.array([1, 2, 3]), np.array([61.5, 25_600.0, 1480.0]), np.zeros(3, np.uint32), np.full(3, 1_000_000)
    )
    samples = np.arange(4, dtype=np.float32)
    collector.take_in(Message(1, 1, [scalars], [Odd(0, samples, 0, 900_000)]), 1_200_000)
    readings, waveforms = collector.take(1_200_000)
    assert readings.column("signal").to_pylist() == ["p1.heat"]
    assert readings.column("value").to_pylist() == [61.5]
    assert (waveforms[0].rate_hz, waveforms[0].speed_rpm) == (25_600.0, 1480.0)
    assert np.array_equal(waveforms[0].samples, samples)
