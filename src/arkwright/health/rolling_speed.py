"""A record made as if its shaft had turned evenly, where it did not; or why that cannot be done."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.speed_path import FRAME_TURNS, WIDEST, SpeedPath, follow_speed, refine_path
from arkwright.kits.tracking import sample_by_turns, speed_spread, turns_of

Floats = NDArray[np.float64]
LEAST_TURNS = 4 * FRAME_TURNS
"""Turns below which a record has too few frames for its speed to be followed by its lines. [1]"""
LEAST_SPREAD = 0.003
"""Change of speed that smears the tenth order by less than a line of a 2.5 s segment at 25 Hz. [1]"""
GAIN = 6.0
"""What a path must gain over constant speed, in deviations: 308 steady synthetic records reach 5.9. [1]"""
SURE, DOUBTFUL = 6.0, 4.0
"""How far lines must meet over chance before a change is believed, and before it is suspected. [1]

The spread is that of twelve records of noise: by Student's t with eleven degrees of freedom noise is believed
to have changed its speed in 1 of 15,000 records, and suspected in 1 of 700.
"""


@dataclass(frozen=True)
class SteadyRecord:
    """A record as at constant speed: samples of shape ``(n,)``, rate [Hz], speed [rpm].

    ``spread`` is by how much the speed changed, over its mean [1]; ``by`` says what followed it: ``tacho``,
    ``lines``, or nothing where it was steady. ``flaws`` name why the record cannot be made steady.
    """

    samples: Floats
    rate_hz: float
    speed_rpm: float
    spread: float = 0.0
    by: str = ""
    flaws: tuple[str, ...] = ()

    @property
    def told(self) -> tuple[str, ...]:
        """Say what was done, for the evidence."""
        if not self.by or self.spread < 0.01:
            return ()
        what = "the tacho" if self.by == "tacho" else "the record's own lines"
        return (f"The speed changed by {100 * self.spread:.0f} % within the record; {what} followed it.",)


def steady_record(
    samples: Floats, rate_hz: float, speed_rpm: float, tacho_s: Floats | None = None
) -> SteadyRecord:
    """Make a record as if its shaft had turned evenly at its mean speed.

    With a tacho, samples are taken at equal angles between its first and last pulse. Without one, the lines
    of the record say whether its speed changed; where they do not, it is left as it is. The stated speed is
    taken for the mean.

    Parameters
    ----------
    samples
        Record without holes, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    speed_rpm
        Stated speed; a tacho knows better. [rpm]
    tacho_s
        Times of one pulse a turn since the first sample, shape ``(m,)``, where there is a tacho. [s]

    Returns
    -------
    record
        The record, with the rate that it would have had at constant speed; or its flaws.
    """
    x = np.asarray(samples, np.float64)
    if tacho_s is not None:
        return _by_tacho(x, rate_hz, speed_rpm, tacho_s)
    stated = SteadyRecord(x, rate_hz, speed_rpm)
    mean_hz = speed_rpm / 60.0
    if len(x) * mean_hz / rate_hz < LEAST_TURNS or 8 * mean_hz > rate_hz / 2:
        return stated
    path = follow_speed(x, rate_hz, mean_hz)
    if path.clearness - path.steady < GAIN or path.sure < DOUBTFUL:
        return stated
    is_wide = float(np.abs(path.log_speed).max()) > WIDEST - 0.01
    if is_wide or path.sure < SURE:
        why = _too_wide(path.spread) if is_wide else _too_faint(path.spread)
        return SteadyRecord(x, rate_hz, speed_rpm, path.spread, flaws=(why,))
    return _by_lines(x, rate_hz, mean_hz, refine_path(x, rate_hz, mean_hz, path))


def _by_lines(x: Floats, rate_hz: float, mean_hz: float, path: SpeedPath) -> SteadyRecord:
    turns = path.turns(len(x), rate_hz, mean_hz)
    even = sample_by_turns(x, turns, rate_hz / mean_hz)
    return SteadyRecord(even, rate_hz, 60.0 * mean_hz, path.spread, "lines")


def _by_tacho(x: Floats, rate_hz: float, speed_rpm: float, tacho_s: Floats) -> SteadyRecord:
    try:
        first, turns = turns_of(tacho_s, rate_hz, len(x))
        mean_hz, spread = speed_spread(turns, rate_hz)
        own = x[first : first + len(turns)]
        if spread >= LEAST_SPREAD:
            own = sample_by_turns(own, turns, rate_hz / mean_hz)
    except ValueError as error:
        return SteadyRecord(x, rate_hz, speed_rpm, flaws=(f"the tacho cannot be followed: {error}",))
    return SteadyRecord(own, rate_hz, 60.0 * mean_hz, spread, "tacho")


def _too_faint(spread: float) -> str:
    return (
        f"the speed seems to have changed, by about {100 * spread:.0f} %, and the record's lines are too "
        "faint to follow it: a tacho would, or a record at constant speed"
    )


def _too_wide(spread: float) -> str:
    return (
        f"the speed seems to have changed by {100 * spread:.0f} % or more within the record, further than "
        "its lines can be followed: a tacho would follow it, or take a record at constant speed"
    )


def speed_of_pulses(tacho_s: Floats) -> float | None:
    """Return the mean speed between the first and the last pulse, shape ``(m,)`` [s], or None. [rpm]"""
    if len(tacho_s) < 2 or not tacho_s[-1] > tacho_s[0]:
        return None
    return 60.0 * (len(tacho_s) - 1) / float(tacho_s[-1] - tacho_s[0])
