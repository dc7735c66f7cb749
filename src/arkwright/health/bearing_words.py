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


@dataclass(frozen=True)
class Severity:
    """How bad it is, apart from what it is: band, why, and the figures behind it.

    ``velocity`` [mm/s] with its ``zone``, ``grown`` is acceleration over its first level. [1]
    """

    band: Band
    velocity: float | None
    zone: str
    grown: float
    reasons: tuple[str, ...]
    reasons_zh: tuple[str, ...]


def severity_of(velocity: float | None, zone: str, grown: float, *, is_hot: bool) -> Severity:
    """Judge how bad a bearing's fault is.

    Parameters
    ----------
    velocity
        Overall velocity, if the unit of the record is declared. [mm/s]
    zone
        Its zone, empty where none can be told.
    grown
        Acceleration over its first level. [1]
    is_hot
        Whether the bearing is above its temperature limit.

    Returns
    -------
    severity
        Stop in zone D; act in zone C, when hot, or when acceleration has grown; else watch.
    """
    rows = (
        (zone in {"C", "D"}, f"Vibration velocity is in zone {zone}.", f"振动速度处于 {zone} 区。"),
        (is_hot, "The bearing is above its temperature limit.", "轴承温度超过上限。"),
        (
            grown >= GROWN,
            f"Acceleration is {grown:.1f} times what it was at first.",
            f"加速度为初始值的 {grown:.1f} 倍。",
        ),
    )
    met = [row for row in rows if row[0]]
    band: Band = "stop" if zone == "D" else "act" if met else "watch"
    return Severity(band, velocity, zone, grown, tuple(r[1] for r in met), tuple(r[2] for r in met))


def bearing_finding(known: Known, severity: Severity, asset: Asset, cell: Slice) -> Finding:
    """Write the finding of a bearing's fault, in words for a fitter, with all that is needed to redo it."""
    bearing = asset.bearings.get(known.location, "")
    place = f"{say_place(known.location)} bearing {bearing}".strip()
    place_zh = f"{say_place_zh(known.location)}轴承 {bearing}".strip()
    mains = [line for line in _own_lines(known) if line.found and not _is_side(line)]
    where, where_zh = _where(mains)
    since = say_time(known.since_us)
    text = f"{place}: {NAMES[known.fault]} fault{where}, since {since}. {' '.join(severity.reasons)}"
    text_zh = f"{place_zh}：{NAMES_ZH[known.fault]}故障{where_zh}，始于 {since}。"
    return Finding(
        "bearing",
        asset.name,
        known.fault,
        severity.band,
        known.confidence,
        cell.start,
        cell.end,
        text.strip(),
        (*_line_proofs(known), _score_proof(known), *_severity_proofs(known, severity)),
        location=known.location,
        text_zh=text_zh + "".join(severity.reasons_zh),
        labels=known.all_faults,
    )


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
    how = verdict.whitening or ("whitened" if verdict.whitened else "raw")
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
    doubts = [f"Expected and not found: {_listed(missed)}."] if missed else []
    return (
        proof,
        *(Evidence(t, record.signal, record.time, against=True) for t in (*doubts, *verdict.against)),
    )


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
    depth = verdict.combs[known.fault].deep
    return Evidence(
        f"Comb scores of the last record: {others}; {verdict.threshold:.1f} is needed. "
        f"The {NAMES[known.fault]} comb modulates its bands' power by {depth:.0%}. "
        f"Evidence adds up since {say_time(known.since_us)}.",
        known.record.signal,
        from_us(known.since_us),
        known.record.time,
        {
            "score": verdict.scores[known.fault],
            "threshold": verdict.threshold,
            "sum": known.sums[known.fault],
        },
        {
            "z": verdict.z,
            "depth": {f: [round(float(d), 5) for d in comb.depth] for f, comb in verdict.combs.items()},
            "smeared": {f: comb.is_smeared for f, comb in verdict.combs.items()},
            "scores": verdict.scores,
            "sums": dict(known.sums),
        },
    )


def _severity_proofs(known: Known, severity: Severity) -> tuple[Evidence, ...]:
    proofs = []
    if severity.velocity is not None:
        said = f", zone {severity.zone}" if severity.zone else ""
        mild = severity.zone in {"", "A", "B"}
        text = f"Overall velocity {severity.velocity:.1f} mm/s RMS{said}"
        text += ": not yet a matter of overall vibration." if mild else "."
        figures = {"velocity_mm_s": severity.velocity}
        proofs.append(Evidence(text, known.record.signal, known.record.time, figures=figures, against=mild))
    if severity.grown >= GROWN:
        text = f"Acceleration has grown {severity.grown:.1f} times since the first record."
        proofs.append(Evidence(text, known.record.signal, figures={"growth": severity.grown}))
    return tuple(proofs)
