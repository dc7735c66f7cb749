"""What vanes or blades send out each time that they pass: the line at their number of times a turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite, log10

from arkwright.core.finding import Evidence
from arkwright.core.plant import Asset
from arkwright.health.rise import Rise, rise_over
from arkwright.health.symptom import Base, Record
from arkwright.kits.passing_line import PassingLine, line_at
from arkwright.kits.spectra import power_lines

SPEED_OFF = 0.005
"""How far off a stated speed may be: the slip of a motor between two readings of it. [share]"""
CHANCE = 0.001  # of noise alone reaching a line that counts as there
LINE_OWN_DB = 1.0
"""How much a steady line strays from record to record: the least spread that a base is taken to have. [dB]"""
SIDES = (-2, -1, 1, 2)
FEWEST, MOST = 2, 400  # vanes or blades that a wheel has


@dataclass(frozen=True)
class Passing:
    """The line of the passing itself, and those a shaft's speed to its sides, of one record."""

    number: int
    main: PassingLine
    sides: tuple[PassingLine, ...]

    @property
    def level_db(self) -> float:
        """Level of the line. [dB re one unit of the record]"""
        return _db(self.main.power)

    @property
    def side_db(self) -> float | None:
        """Level of the sidebands together; none where the record shows none. [dB re one unit]"""
        return _db(sum(side.power for side in self.sides)) if self.sides else None

    @property
    def is_there(self) -> bool:
        """Say whether noise hardly explains the line."""
        return self.main.chance <= CHANCE


def number_of(asset: Asset, *names: str) -> int | str:
    """Return how many vanes or blades the nameplate states, or what is wrong with that."""
    stated = next((value for name in names if (value := asset.rated(name)) is not None), None)
    if stated is None or not isfinite(stated) or stated != round(stated) or not FEWEST <= stated <= MOST:
        return f"{names[0]} is {stated}; a whole number from {FEWEST} to {MOST} is wanted"
    return round(stated)


def passing_of(record: Record, number: int, shaft_hz: float) -> Passing | str:
    """Measure the line of what passes so many times a turn.

    Parameters
    ----------
    record
        The record.
    number
        Vanes or blades.
    shaft_hz
        Speed of the wheel. [Hz]

    Returns
    -------
    passing
        The lines; a sentence where the record cannot show them.
    """
    top_hz = (number + SIDES[-1] + 1) * shaft_hz * (1 + SPEED_OFF)
    if top_hz >= record.rate_hz / 2:
        return f"a sample rate above {2 * top_hz:.0f} Hz is needed; it is {record.rate_hz:.0f} Hz"
    least_s = 8 / shaft_hz
    if len(record.samples) / record.rate_hz < least_s:
        return f"a record of {least_s:.2g} s is needed; it lasts {len(record.samples) / record.rate_hz:.2g} s"
    hz, power = power_lines(record.samples, record.rate_hz)
    known = [order * shaft_hz for order in range(1, number + 4)]
    main = line_at(hz, power, number * shaft_hz, SPEED_OFF * number * shaft_hz, known)
    if main is None:
        return "the record is too short to show a line"
    turn = main.hz / number
    sides = [line_at(hz, power, main.hz + k * turn, 1.5 * float(hz[1]), (main.hz,)) for k in SIDES]
    return Passing(number, main, tuple(side for side in sides if side is not None))


def passing_figures(passing: Passing, kind: str) -> dict[str, float]:
    """Name the figures that may be followed over time; ``kind`` is vane or blade."""
    figures = {f"{kind}_pass_db": passing.level_db, f"{kind}_pass_over_db": passing.main.over_db}
    return figures if passing.side_db is None else figures | {f"{kind}_side_db": passing.side_db}


def passing_rise(passing: Passing, base: Base, kind: str) -> tuple[Rise, Rise | None] | None:
    """Return the rise of the line and of its sidebands, where the line has outgrown noise and base.

    The line must stand above chance, must have risen by itself, and must have risen over the noise around it
    as well: a louder record as a whole is another matter.
    """
    main = rise_over(base, f"{kind}_pass_db", passing.level_db, LINE_OWN_DB)
    over = rise_over(base, f"{kind}_pass_over_db", passing.main.over_db, LINE_OWN_DB)
    if main is None or over is None or not (passing.is_there and main.is_real):
        return None
    if over.rise_db < 0.5 * over.limit_db:
        return None
    side = None
    if passing.side_db is not None:
        side = rise_over(base, f"{kind}_side_db", passing.side_db, LINE_OWN_DB)
    return main, side if side is not None and side.is_real else None


def passing_proof(passing: Passing, rise: Rise, side: Rise | None, what: str, shaft_hz: float) -> Evidence:
    """Write the proof of a line that has risen.

    Parameters
    ----------
    passing
        The line.
    rise
        Its rise.
    side
        That of its sidebands, where they have risen.
    what
        Vanes or blades.
    shaft_hz
        Speed of the wheel. [Hz]

    Returns
    -------
    proof
        With order, levels and chance.
    """
    main = passing.main
    text = (
        f"The line of {passing.number} {what} at {main.hz:.1f} Hz is {rise.rise_db:.1f} dB over what it "
        f"was at this speed, {main.over_db:.0f} dB over the noise around it; a rise counts from "
        f"{rise.limit_db:.1f} dB on."
    )
    if side is not None:
        text = f"{text} Its sidebands at the shaft's speed have risen by {side.rise_db:.1f} dB."
    figures: Mapping[str, float] = {
        "frequency_hz": main.hz,
        "order": main.hz / shaft_hz,
        "over_noise_db": main.over_db,
        "chance": main.chance,
        **asdict(rise),
    }
    rows = [{k: float(f"{v:.6g}") for k, v in asdict(line).items()} for line in (main, *passing.sides)]
    return Evidence(text, figures=figures, data={"lines": rows})


def _db(power: float) -> float:
    return 10 * log10(max(power, 1e-300))
