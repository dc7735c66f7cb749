"""An induction motor in a stream: three clamps, three voltages, one finding for the motor."""

from dataclasses import replace

import numpy as np
import pytest
from bench.motor_physics import Motor, Run, measure, simulate
from tests.health.slices import waveform, window

from arkwright.core.plant import Asset, Signal
from arkwright.health.checks.induction_motor import CHECK, TEST
from arkwright.kits.agreement import answers_needed

RATE = 1_000.0


def _signal(name, quantity, unit):
    return Signal(f"M.{quantity}.{name}", "M", quantity, unit, kind="waveform", location=name)


ASSET = Asset(
    "M",
    title="Fan motor",
    nameplate={"pole_pairs": 2, "rated_speed_rpm": 1448.0, "rotor_bars": 40},
    signals=tuple(_signal(f"L{k}", q, u) for q, u in (("current", "A"), ("voltage", "V")) for k in (1, 2, 3)),
)


@pytest.fixture(scope="module")
def drawn():
    runs = [Run(broken=2), Run(swing=0.1, swing_hz=3.46, motor=Motor(inertia=0.3))]
    return simulate(runs, 4.0, 1.0, RATE)


def stream(seen, n):
    """So many records, one each twenty seconds, of six waveforms."""
    found = []
    for i in range(n):
        now = measure(seen, i)
        for quantity, unit, rows in (("current", "A", now.currents), ("voltage", "V", now.voltages)):
            for k in range(3):
                record = waveform(f"M.{quantity}.L{k + 1}", 20.0 * i, rows[k])
                shown = {"samples": np.asarray(rows[k], np.float32), "rate_hz": RATE, "unit": unit}
                found.append(replace(record, speed_rpm=seen.speed_rpm, **shown))
    return tuple(found)


def findings(seen, n):
    cell = window(0, 20 * n, waveforms=stream(seen, n))
    return CHECK.judge({}, cell, ASSET, cell.end)[1]


def test_broken_bars_are_one_finding_of_the_motor_once_records_agree(drawn):
    n = answers_needed(TEST.false_rate, 1e9)
    told = findings(drawn[0], n + 1)
    assert [f.cause for f in told] == ["broken_bar"]
    assert told[0].location == ""
    assert told[0].band in {"act", "stop"}
    assert told[0].text_zh


def test_a_load_that_swings_all_day_raises_nothing(drawn):
    assert findings(drawn[1], 10) == []
