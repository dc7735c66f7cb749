"""What is said of a motor's current, for a fitter, in English and Chinese."""

from __future__ import annotations

from arkwright.core.finding import Band, Evidence
from arkwright.health.line_family import confidence_of, lines_proof
from arkwright.health.motor_bars import Bars
from arkwright.health.motor_gap import Gap
from arkwright.health.motor_windings import CLAMPS, ZERO_LIMIT, Windings
from arkwright.health.symptom import Symptom

TOLD_APART = 0.9  # bars, where powers or unlike lines speak against the load
NOT_TOLD_APART = 0.6  # as likely a load that swings at that very frequency, bar that few do
SHARED = 0.6  # f +- fr: unbalance and misalignment draw them too
SUPPLY = 0.9  # measured voltages
NO_VOLTAGE = 0.6  # shorted turns unbalance the currents too


def say_bars(bars: Bars, slip: float, load: float | None, signal: str) -> Symptom:
    """Say that bars are broken: ``slip`` [1], ``load`` as a share of the rated one [1]."""
    n = max(1, round(bars.broken))
    band: Band = "act" if bars.source == "motor" and bars.broken >= 1.5 else "watch"
    about = "at least" if bars.is_least else "about"
    part = "what a load cannot draw of them" if bars.is_least else "their mean"
    at = "" if load is None else f" at about {100 * load:.0f} % load"
    figures = {
        "below_supply_db": bars.below_db, "slip": slip, "swing_hz": bars.swing_hz, "broken_bars": bars.broken,
        "lean_db": bars.lean_db, "p": bars.p,
    }  # fmt: skip
    proof = [
        lines_proof(
            f"Lines {bars.swing_hz:.2f} Hz below and above the supply, twice the slip frequency: {part} lies "
            f"{bars.below_db:.1f} dB below it{at}.",
            bars.lines,
            figures,
            signal,
        )
    ]
    if bars.is_least:
        text = "The load swings too, but reactive power swings by more than a load makes it: the rest."
        proof.append(Evidence(text, signal, figures={"reactive_over_active": bars.power_ratio or 0.0}))
    elif bars.source == "motor" and bars.power_ratio is not None:
        text = f"Reactive power swings {bars.power_ratio:.1f} times as much as active: no load does that."
        proof.append(Evidence(text, signal, figures={"reactive_over_active": bars.power_ratio}))
    elif bars.source == "motor":
        text = f"The lower line is {bars.lean_db:.0f} dB above the upper: a load would draw both alike."
        proof.append(Evidence(text, signal, figures={"lean_db": bars.lean_db}))
    most = TOLD_APART if bars.source == "motor" else NOT_TOLD_APART
    return Symptom(
        "broken_bar",
        confidence_of(bars.p, most),
        f"The rotor is not round electrically: lines at twice the slip frequency lie {bars.below_db:.0f} dB "
        f"below the supply, as of {about} {n} broken bar{'s' * (n > 1)}.",
        f"转子电气不对称：电流中两倍转差频率的边带比电源基波低 {bars.below_db:.0f} dB，相当于约 {n} 根断条。",
        tuple(proof),
        band,
    )


def not_from_bars(bars: Bars) -> tuple[Evidence, ...]:
    """Say what else may draw the lines of broken bars, or that it does."""
    if bars.broken < 0.5 or not bars.lines[0].is_there or bars.source == "motor":
        return ()
    if bars.source == "load":
        text = (
            f"Lines at twice the slip frequency come from the load: it swings at {bars.swing_hz:.2f} Hz, and "
            f"reactive power only {bars.power_ratio or 0:.2f} times as much as active."
        )
        return (Evidence(text, figures={"reactive_over_active": bars.power_ratio or 0.0}, against=True),)
    text = (
        f"A load that swings at {bars.swing_hz:.2f} Hz draws the same lines: record the three voltages "
        "beside, or compare at another load, where lines of bars move with the slip."
    )
    return (Evidence(text, figures={"swing_hz": bars.swing_hz}, against=True),)


def not_from_gap(gap: Gap) -> tuple[Evidence, ...]:
    """Say that a load pulses once a turn, where that draws the lines of a rotor out of centre."""
    if not gap.are_there or gap.source != "load":
        return ()
    text = (
        "Lines of the shaft beside the supply come from the load: reactive power hardly swings once a turn."
    )
    return (Evidence(text, figures={"reactive_over_active": gap.power_ratio or 0.0}, against=True),)


def say_gap(gap: Gap, shaft_hz: float, signal: str) -> Symptom:
    """Say that the rotor runs out of centre; ``shaft_hz`` [Hz]."""
    seen = [line for line in gap.slots if line.is_there]
    figures = {
        "below_supply_db": gap.below_db,
        "shaft_hz": shaft_hz,
        "p": gap.p,
        "static_times_dynamic": gap.share,
    }
    proof = [
        lines_proof(
            f"Lines one shaft turn ({shaft_hz:.2f} Hz) beside the supply, {gap.below_db:.1f} dB below it.",
            gap.lines,
            figures,
            signal,
        )
    ]
    if seen:
        proof.append(lines_proof("Rotor-slot harmonics a turn beside their own are there.", seen, {}, signal))
    sure = bool(seen) or gap.source == "motor"
    doubt = (
        ""
        if sure
        else " Unbalance or misalignment of what it drives draws them too: look at vibration first."
    )
    return Symptom(
        "eccentricity",
        confidence_of(gap.p, TOLD_APART if sure else SHARED),
        f"The rotor runs out of centre: lines of the shaft beside the supply, {gap.below_db:.0f} dB below it."
        f"{doubt}",
        f"转子偏心：电源基波两侧出现转频边带，低 {gap.below_db:.0f} dB。"
        + ("" if sure else "所驱动设备的不平衡或不对中也会如此：先测振动。"),
        tuple(proof),
        "act" if sure and gap.below_db <= 40 else "watch",
    )


def say_windings(windings: Windings, signal: str) -> list[Symptom]:
    """Say what the negative sequence of three currents stands for."""
    figures = {"current_unbalance": windings.current, "zero_sequence": windings.zero}
    if windings.voltage is not None:
        figures["voltage_unbalance"] = windings.voltage
    found = []
    if windings.has_shorted_turns:
        found.append(_shorted(windings, figures, signal))
    if windings.has_bad_supply:
        found.append(_supply(windings, figures, signal))
    return found


def _shorted(windings: Windings, figures: dict[str, float], signal: str) -> Symptom:
    text = (
        f"Negative sequence {100 * windings.current:.1f} % of the current with "
        f"{100 * (windings.voltage or 0):.2f} % of the voltage: {100 * windings.unexplained:.1f} % more than "
        f"voltages and clamps ({100 * CLAMPS:.1f} %) make."
    )
    return Symptom(
        "shorted_turns",
        0.8,
        "Turns of the stator winding are shorted: the three currents are less alike than the voltages make "
        "them. It spreads within hours.",
        "定子绕组匝间短路：三相电流的不平衡超过电压不平衡所能引起的程度，可能在数小时内扩大。",
        (Evidence(text, signal, figures=figures),),
        "act",
    )


def _supply(windings: Windings, figures: dict[str, float], signal: str) -> Symptom:
    known = windings.voltage is not None
    share = windings.voltage if windings.voltage is not None else windings.current
    what, what_zh = ("voltages", "电压") if known else ("currents", "电流")
    more = "" if known else " Shorted turns would look alike: measure the three voltages."
    more_zh = "" if known else "匝间短路也会如此：请测量三相电压。"
    clamp = windings.zero > ZERO_LIMIT
    text = f"Negative sequence {100 * windings.current:.1f} % of the current" + (
        f", zero sequence {100 * windings.zero:.1f} %: a clamp reads wrong." if clamp else "."
    )
    return Symptom(
        "supply_unbalance",
        SUPPLY if known else NO_VOLTAGE - 0.2 * clamp,
        f"The three {what} are unlike: negative sequence {100 * share:.1f} %.{more}",
        f"三相{what_zh}不平衡：负序分量 {100 * share:.1f} %。{more_zh}",
        (Evidence(text, signal, figures=figures),),
        "act" if windings.current >= 0.15 else "watch",
    )
