"""What is said of a bearing's fault: lines found and missing, severity, and what speaks against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from arkwright.core.finding import Band, Evidence, Finding
from arkwright.core.plant import Asset
from arkwright.core.tables import Slice, Waveform, from_us
from arkwright.health.phrase import say_place, say_place_zh, say_time
from arkwright.health.rolling import BearingVerdict, LineFound

NAMES = {"outer_race": "outer-race", "inner_race": "inner-race", "ball": "ball", "cage": "cage"}
NAMES_ZH = {"outer_race": "外圈", "inner_race": "内圈", "ball": "滚动体", "cage": "保持架"}
LETTERS = {"outer_race": "BPFO", "inner_race": "BPFI", "ball": "BSF", "cage": "FTF"}
GROWN = 3.0
"""Acceleration this many times its first level is a fault that spreads. [1]"""


@dataclass(frozen=True)
class Known:
    """A fault that is believed: since when [us], how surely [1], beside which others, and the last record.

    ``speed_rpm`` [rpm]; ``sums`` hold the evidence of each fault. [standard deviations]
    """

    fault: str
    location: str
    since_us: int
    confidence: float
    all_faults: tuple[str, ...]
    record: Waveform
    speed_rpm: float
    verdict: BearingVerdict
    sums: Mapping[str, float]


def bearing_finding(
    known: Known, asset: Asset, cell: Slice, velocity: float | None, zone: str, *, is_hot: bool, grown: float
) -> Finding:
    """Write the finding of a bearing's fault.

    Parameters
    ----------
    known
        The fault and the record that it was last seen in.
    asset
        Whose bearing it is.
    cell
        The window.
    velocity
        Overall velocity of the record, if its unit is declared. [mm/s]
    zone
        Its zone, empty where none can be told.
    is_hot
        Whether the bearing's temperature is above its limit.
    grown
        Acceleration over its first level. [1]

    Returns
    -------
    finding
        In words for a fitter, with all that is needed to redo it.
    """
    reasons, band = _band(zone, is_hot=is_hot, grown=grown)
    bearing = asset.bearings.get(known.location, "")
    place = f"{say_place(known.location)} bearing {bearing}".strip()
    place_zh = f"{say_place_zh(known.location)}轴承 {bearing}".strip()
    mains = [line for line in _own_lines(known) if line.found and not _is_side(line)]
    where, where_zh = _where(mains)
    since = say_time(known.since_us)
    text = f"{place}: {NAMES[known.fault]} fault{where}, since {since}. {' '.join(reasons)}".strip()
    text_zh = f"{place_zh}：{NAMES_ZH[known.fault]}故障{where_zh}，始于 {since}。"
    return Finding(
        "bearing",
        asset.name,
        known.fault,
        band,
        known.confidence,
        cell.start,
        cell.end,
        text,
        (*_line_proofs(known), _score_proof(known), *_severity_proofs(known, velocity, zone, grown)),
        location=known.location,
        text_zh=text_zh,
        labels=known.all_faults,
    )


def _band(zone: str, *, is_hot: bool, grown: float) -> tuple[list[str], Band]:
    reasons = [f"Vibration velocity is in zone {zone}."] if zone in {"C", "D"} else []
    reasons += ["The bearing is above its temperature limit."] if is_hot else []
    reasons += [f"Acceleration is {grown:.1f} times what it was at first."] if grown >= GROWN else []
    if zone == "D":
        return reasons, "stop"
    return reasons, "act" if reasons else "watch"


def _own_lines(known: Known) -> tuple[LineFound, ...]:
    # The record shows the lines of its best fault only.
    return known.verdict.lines if known.verdict.best == known.fault else ()


def _is_side(line: LineFound) -> bool:
    return line.name.endswith(("fr", "+1FTF", "-1FTF"))


def _where(mains: list[LineFound]) -> tuple[str, str]:
    if not mains:
        return "", ""
    base_hz = mains[0].frequency_hz / _multiple(mains[0])
    over = max(line.level_db for line in mains)
    n = len(mains)
    if n == 1:
        return (
            f": a line at {mains[0].frequency_hz:.1f} Hz, {over:.0f} dB above the floor",
            f"：{mains[0].frequency_hz:.1f} Hz 处有谱线，高出噪声 {over:.0f} dB",
        )
    return (
        f": lines at {n} multiples of {base_hz:.1f} Hz, up to {over:.0f} dB above the floor",
        f"：{base_hz:.1f} Hz 的 {n} 个倍频处有谱线，最高高出噪声 {over:.0f} dB",
    )


def _multiple(line: LineFound) -> int:
    return int(line.name.partition("x")[0])


def _line_proofs(known: Known) -> tuple[Evidence, ...]:
    lines = _own_lines(known)
    if not lines:
        return ()
    met = [line for line in lines if line.found]
    missed = [line for line in lines if not line.found]
    verdict, record = known.verdict, known.record
    low, high = verdict.band_hz
    how = "whitened" if verdict.whitened else "raw"
    proof = Evidence(
        f"{len(met)} of {len(lines)} expected lines found in the envelope of {low:.0f}-{high:.0f} Hz "
        f"({how}), slip {100 * verdict.slip:+.1f} %: {_listed(met) or 'none'}.",
        record.signal,
        record.time,
        from_us(round((record.time.timestamp() + len(record.samples) / record.rate_hz) * 1e6)),
        {
            "band_low_hz": low,
            "band_high_hz": high,
            "slip": verdict.slip,
            "speed_rpm": known.speed_rpm,
            "rate_hz": record.rate_hz,
        },
        {
            "lines": [asdict(line) for line in lines],
            "whitened": verdict.whitened,
            "bearing_fault": known.fault,
        },
    )
    if not missed:
        return (proof,)
    text = f"Expected and not found: {_listed(missed)}."
    return proof, Evidence(text, record.signal, record.time, against=True)


def _listed(lines: list[LineFound]) -> str:
    return ", ".join(
        f"{line.name} {line.frequency_hz:.1f} Hz (order {line.order:.2f}, {line.level_db:.0f} dB)"
        for line in lines
    )


def _score_proof(known: Known) -> Evidence:
    verdict = known.verdict
    others = ", ".join(
        f"{NAMES[f]} {score:.1f}" for f, score in sorted(verdict.scores.items(), key=lambda p: -p[1])
    )
    return Evidence(
        f"Comb scores of the last record: {others}; {verdict.threshold:.1f} is needed. "
        f"Evidence adds up since {say_time(known.since_us)}.",
        known.record.signal,
        from_us(known.since_us),
        known.record.time,
        {
            "score": verdict.scores[known.fault],
            "threshold": verdict.threshold,
            "sum": known.sums[known.fault],
        },
        {"z": verdict.z, "scores": verdict.scores, "sums": dict(known.sums)},
    )


def _severity_proofs(known: Known, velocity: float | None, zone: str, grown: float) -> tuple[Evidence, ...]:
    proofs = []
    if velocity is not None:
        said = f", zone {zone}" if zone else ""
        text = f"Overall velocity {velocity:.1f} mm/s RMS{said}"
        mild = zone in {"", "A", "B"}
        text += ": not yet a matter of overall vibration." if mild else "."
        proofs.append(
            Evidence(
                text, known.record.signal, known.record.time, None, {"velocity_mm_s": velocity}, against=mild
            )
        )
    if grown >= GROWN:
        proofs.append(
            Evidence(
                f"Acceleration has grown {grown:.1f} times since the first record.",
                known.record.signal,
                figures={"growth": grown},
            )
        )
    return tuple(proofs)
