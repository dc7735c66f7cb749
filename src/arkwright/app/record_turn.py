"""One turn of the shaft: the mean of all turns of a record, to be drawn around a circle."""

from __future__ import annotations

from typing import TypedDict

import numpy as np

from arkwright.app.record_curves import Floats
from arkwright.core.plant import Signal
from arkwright.kits.agreed_speed import agreed_speed
from arkwright.kits.average import average_turns

PER_TURN = 512  # orders up to 200 and more
SHOWN = 360
LEAST_TURNS = 8  # fewer leave more than an eighth of the noise
REACH = {"record": 0.003, "reading": 0.01, "nameplate": 0.03}
"""Share by which a speed may be wrong: of a tacho, of a reading beside it, of a rating under load. [1]"""


class Turn(TypedDict):
    """The mean turn: ``points`` are (angle [deg], value [unit]).

    ``shaft_hz`` is the speed at which the turns agree [Hz], ``share`` what of the record's mean square the
    mean turn holds, ``by_chance`` what it would hold of noise. [1]
    """

    quantity: str
    unit: str
    points: list[tuple[float, float]]
    n_turns: int
    shaft_hz: float
    share: float
    by_chance: float


def turn_picture(x: Floats, rate_hz: float, shaft_hz: float, speed_from: str, signal: Signal) -> Turn:
    """Average a record over the turns of its shaft.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [canonical unit]
    rate_hz
        Sample rate. [Hz]
    shaft_hz
        Speed of the shaft as known. [Hz]
    speed_from
        What says so.
    signal
        Its unit is the one shown.

    Returns
    -------
    turn
        Plain JSON.

    Raises
    ------
    ValueError
        If the record holds fewer than eight turns.
    """
    if len(x) * shaft_hz / rate_hz < LEAST_TURNS:
        raise ValueError(f"the record holds fewer than {LEAST_TURNS} turns of the shaft")
    speed = agreed_speed(x, rate_hz, shaft_hz, REACH.get(speed_from, REACH["nameplate"]))
    moving = x - x.mean()
    turns = np.asarray(np.arange(len(x)) * (speed / rate_hz), np.float64)
    mean, n_turns = average_turns(moving, turns, PER_TURN)
    shown = mean / signal.declared_unit().factor
    angles = np.arange(SHOWN + 1)
    values = np.interp(angles / 360 * PER_TURN, np.arange(PER_TURN + 1), np.append(shown, shown[0]))
    return {
        "quantity": signal.quantity,
        "unit": signal.declared_unit().name,
        "points": [(float(a), float(f"{v:.5g}")) for a, v in zip(angles, values, strict=True)],
        "n_turns": n_turns,
        "shaft_hz": speed,
        "share": float(np.mean(mean**2) / max(float(np.mean(moving**2)), np.finfo(float).tiny)),
        "by_chance": 1.0 / n_turns,
    }
