"""Permanent-magnet motors (traction, servo), by the current they draw: magnets, air gap and windings."""

from __future__ import annotations

from dataclasses import dataclass

from arkwright.core.finding import Band, Evidence
from arkwright.core.plant import Asset
from arkwright.health.line_family import confidence_of, lines_proof
from arkwright.health.magnet_lines import (
    APART_DB,
    GAP_DB,
    MAGNET_DB,
    Pairs,
    Turns,
    judge_pairs,
    judge_turns,
    linked_flux,
)
from arkwright.health.motor_gap import weak_lines
from arkwright.health.phases import VOLTAGE, phases_of, supply_of
from arkwright.health.record_check import record_check
from arkwright.health.symptom import Base, Record, Symptom, Test, Told
from arkwright.kits.exact_tones import Tone
from arkwright.kits.park import sequences_at

LEAST_FLUX = 0.88
"""Flux over the stated one: magnets 100 K hotter than when it was stated lose 12 %, and get it back cold
(-0.12 % a kelvin, neodymium-iron-boron). [1]"""
GROWN_DB = 10.0  # over what the same motor drew in its first records
SHARED = 0.6  # lines that a load or another part may draw too
MOST_PAIRS = 12  # of lines looked at


@dataclass(frozen=True)
class _Seen:
    supply: Tone
    magnets: Pairs
    gap: Pairs
    turns: Turns | None
    flux: float | None

    def are_weak(self, base: Base) -> bool:
        high = self.magnets.are_there(_limit(MAGNET_DB, base, "magnet_line_db"))
        return high and self.magnets.below_db < self.gap.below_db + APART_DB


def _judge(record: Record, asset: Asset, base: Base) -> Told:
    stated = (asset.rated("magnet_poles") or 0.0) / 2
    supply = supply_of(record, stated, synchronous=True)
    if isinstance(supply, str):
        return Told(missing=(supply,))
    pairs = round(stated)
    if len(record.samples) / record.rate_hz * supply.hz / pairs < 20:
        return Told(missing=("a record of twenty turns of the rotor is needed",))
    weak = weak_lines(record.samples, record.rate_hz, supply)
    phases = phases_of(record)
    turns = None if phases is None else judge_turns(phases, record.rate_hz, supply.hz)
    others = [k for k in range(2, min(2 * pairs, MOST_PAIRS)) if k != pairs]
    magnets = judge_pairs(weak, supply, pairs, others) if others else Pairs((), 200.0, 1.0)
    gap = judge_pairs(weak, supply, pairs, [1])
    seen = _Seen(supply, magnets, gap, turns, _flux(record, asset, supply))
    figures = _figures(seen)
    found = _symptoms(seen, base, record.location)
    doubt = Evidence(
        "A load or a controller that pulses once a turn draws the same lines: does torque?",
        against=True,
    )
    shared = any(s.cause == "eccentricity" for s in found)
    return Told(
        figures, tuple(sorted(found, key=lambda s: -s.confidence)), against=(doubt,) if shared else ()
    )


def _flux(record: Record, asset: Asset, supply: Tone) -> float | None:
    """Flux of the magnets over the stated one, where voltages and the maker's figures are known."""
    plate = [asset.rated(f) for f in ("flux_wb", "phase_ohm", "d_inductance_mh", "q_inductance_mh")]
    currents, voltages = phases_of(record), phases_of(record, VOLTAGE)
    known = [value for value in plate if value is not None and 0 < value < 1e6]
    if len(known) < 4 or currents is None or voltages is None:
        return None
    drawn, fed = (sequences_at(x, record.rate_hz, supply.hz) for x in (currents, voltages))
    turn = abs(fed.positive) >= abs(fed.negative)
    u, i = (fed.positive, drawn.positive) if turn else (fed.negative, drawn.negative)
    return linked_flux(u, i, supply.hz, known[1], (known[2] / 1e3, known[3] / 1e3)) / known[0]


def _figures(seen: _Seen) -> dict[str, float]:
    figures = {
        "supply_hz": seen.supply.hz,
        "magnet_line_db": -seen.magnets.below_db,
        "gap_line_db": -seen.gap.below_db,
    }
    if seen.turns is not None:
        figures |= {"negative_sequence": seen.turns.negative, "third_harmonic": seen.turns.third}
    if seen.flux is not None:
        figures["flux_share"] = seen.flux
    return figures


def _symptoms(seen: _Seen, base: Base, signal: str) -> list[Symptom]:
    found = []
    flux = seen.flux
    if flux is not None and flux < LEAST_FLUX:
        found.append(_all_magnets(flux, signal))
    elif seen.are_weak(base):
        found.append(_one_magnet(seen.magnets, signal))
    unlike = seen.turns is not None and seen.turns.are_unlike
    if unlike and seen.turns is not None and not seen.turns.is_gap:
        found.append(_turns(seen.turns, signal))
    if not seen.are_weak(base) and seen.gap.are_there(_limit(GAP_DB, base, "gap_line_db")):
        found.append(_gap(seen.gap, signal))
    return found


def _limit(limit_db: float, base: Base, name: str) -> float:
    """Level below the supply that counts: the motor's own first records say more than any table."""
    if name not in base:
        return limit_db
    middle, spread = base[name]
    return max(20.0, min(limit_db + GROWN_DB, -middle - max(GROWN_DB, 5 * spread)))


def _one_magnet(magnets: Pairs, signal: str) -> Symptom:
    where = " and ".join(line.name for line in magnets.lines)
    band: Band = "act" if magnets.below_db <= MAGNET_DB - 12 else "watch"
    return Symptom(
        "demagnetisation",
        confidence_of(magnets.p, 0.8),
        f"The magnets are not alike: lines {where} lie {magnets.below_db:.0f} dB below the supply.",
        f"磁钢强度不一致：电流中出现 {where} 谱线，比基波低 {magnets.below_db:.0f} dB。",
        (
            lines_proof(
                "Lines at parts of the supply frequency, which magnets that are alike do not draw.",
                magnets.lines,
                {"below_supply_db": magnets.below_db, "p": magnets.p},
                signal,
            ),
        ),
        band,
    )


def _all_magnets(flux: float, signal: str) -> Symptom:
    text = f"Voltage and current leave the magnets {100 * flux:.0f} % of the stated flux."
    return Symptom(
        "demagnetisation",
        0.85,
        f"The magnets have lost strength: {100 * flux:.0f} % of the stated flux. Compare cold first.",
        f"磁钢整体退磁：磁链仅为额定值的 {100 * flux:.0f} %。拆检前请在冷态下复测。",
        (Evidence(text, signal, figures={"flux_share": flux}),),
        "act" if flux < 0.8 else "watch",
    )


def _turns(turns: Turns, signal: str) -> Symptom:
    text = (
        f"Negative sequence {100 * turns.negative:.1f} % of the current, third harmonic "
        f"{100 * turns.third:.2f} %: the gap would draw both."
    )
    return Symptom(
        "shorted_turns",
        0.7,
        f"The three currents are unlike (negative sequence {100 * turns.negative:.1f} %): turns are shorted, "
        "or a joint is loose. Magnets keep feeding a short while the motor turns.",
        f"三相电流不平衡（负序 {100 * turns.negative:.1f} %）：匝间短路或接头松动。",
        (
            Evidence(
                text, signal, figures={"negative_sequence": turns.negative, "third_harmonic": turns.third}
            ),
        ),
        "act",
    )


def _gap(gap: Pairs, signal: str) -> Symptom:
    return Symptom(
        "eccentricity",
        confidence_of(gap.p, SHARED),
        f"The rotor runs out of centre: lines a turn beside the supply, {gap.below_db:.0f} dB below it.",
        f"转子偏心：电流基波两侧出现转频边带，比基波低 {gap.below_db:.0f} dB。",
        (
            lines_proof(
                "Lines a shaft turn beside the supply.",
                gap.lines,
                {"below_supply_db": gap.below_db, "p": gap.p},
                signal,
            ),
        ),
        "act" if gap.below_db <= GAP_DB - 10 else "watch",
    )


TEST = Test(
    name="permanent_magnet_motor",
    title="Permanent-magnet motor by its current",
    summary=(
        "Weak magnets by lines at parts of the supply frequency, or by the flux that voltages and currents "
        "leave where the maker's figures are stated; a rotor out of centre by f ± fr; shorted turns by the "
        "negative sequence of three currents without the third harmonic that the gap would draw. A current "
        "controller hides a part of it: growth over the motor's own first records counts more than a limit."
    ),
    quantity="current",
    causes=("demagnetisation", "eccentricity", "shorted_turns"),
    judge=_judge,
    plate={"magnet_poles": "poles of the magnets round the rotor: 8 for four pole pairs"},
    also={
        "flux_wb": "flux linked by a phase at 20 degC, peak",
        "phase_ohm": "resistance of a phase",
        "d_inductance_mh": "inductance along the magnets",
        "q_inductance_mh": "inductance across the magnets",
    },
    references=(
        "le Roux, Harley, Habetler (2007), IEEE Trans. Power Electronics 22(1), 322-328",
        "Ebrahimi, Faiz, Roshtkhari (2009), IEEE Trans. Industrial Electronics 56(11), 4727-4739",
    ),
    of_asset=True,
    example={"magnet_poles": 4.0},
)
CHECK = record_check(TEST)
