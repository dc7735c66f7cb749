"""The plots of a report: waveform, spectra in hertz and in orders, envelope spectra, kurtogram, scores."""

from __future__ import annotations

import numpy as np

from arkwright.app.diagnose import Question
from arkwright.app.diagnose_answer import NAMES
from arkwright.app.plot import Axis, Mark, bars, cells, curve
from arkwright.app.plot_polar import polar
from arkwright.app.record_curves import Floats
from arkwright.app.record_pictures import Heat, kurtogram_picture
from arkwright.app.report_parts import section
from arkwright.core.errors import UnitError
from arkwright.core.quantity import find_unit
from arkwright.health.bearing import BearingVerdict
from arkwright.kits.agreed_speed import agreed_speed
from arkwright.kits.average import average_turns
from arkwright.kits.display import outline, peak_spectrum, peaks_kept
from arkwright.kits.motion import other_motion
from arkwright.kits.tracking import order_lines, turns_of

POINTS = 1800
TURNS_SHOWN = 8
TOP_ORDER = 20.0
VELOCITY_TOP_HZ = 1000.0  # ISO 20816-1:2016, 4.3: broad-band velocity is 10 to 1000 Hz
DEEPEST_DB = 90.0
PER_TURN = 360
SPEED_REACH = 0.005  # of a stated speed, as the search of a bearing has it


def waveform_section(x: Floats, question: Question) -> str:
    """Draw the record, and its first turns.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [as recorded]
    question
        Says rate, speed and unit.
    """
    rate_hz, whole = question.rate_hz or 1.0, len(x) / (question.rate_hz or 1.0)
    near = min(whole, TURNS_SHOWN * 60 / question.speed_rpm) if question.speed_rpm else whole
    plots = []
    for span_s in (whole, near) if near < whole else (whole,):
        part = x[: round(span_s * rate_hz)]
        kept = outline(part, POINTS)
        high = 1.05 * float(np.abs(part).max()) or 1.0
        up = Axis(f"sample [{question.unit or 'as recorded'}]", -high, high)
        plots.append(curve(kept / rate_hz, part[kept], Axis("time [s]", 0, span_s), up, label="waveform"))
    told = f"The whole record, and its first {TURNS_SHOWN} turns." if len(plots) > 1 else ""
    return section("Waveform", "".join(plots), told)


def spectrum_section(x: Floats, question: Question) -> str:
    """Draw the spectrum, and that of velocity where the unit is one of acceleration.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [as recorded]
    question
        Says rate, speed and unit.
    """
    rate_hz = question.rate_hz or 1.0
    hz, amplitude = peak_spectrum(x, rate_hz)
    level = 20 * np.log10(np.maximum(amplitude, float(amplitude.max()) * 1e-6 + 1e-300))
    kept = peaks_kept(level, POINTS)
    high = float(level.max())
    unit = f"dB re 1 {question.unit}" if question.unit else "dB"
    across, up = (
        Axis("frequency [Hz]", 0, rate_hz / 2),
        Axis(f"amplitude [{unit}]", high - DEEPEST_DB, high + 5),
    )
    plots = [curve(hz[kept], level[kept], across, up, label="spectrum"), _velocity(hz, amplitude, question)]
    told = "The same as velocity, with the first three turns of the shaft." if plots[1] else ""
    return section("Spectrum", "".join(plots), told)


def _velocity(hz: Floats, amplitude: Floats, question: Question) -> str:
    try:
        unit = find_unit("acceleration", question.unit)
    except UnitError:
        return ""
    inside = hz <= VELOCITY_TOP_HZ
    si = other_motion(hz[inside], amplitude[inside] * unit.factor, "acceleration", "vibration_velocity")
    velocity = si * 1000.0 / np.sqrt(2.0)
    kept = peaks_kept(velocity, POINTS)
    shaft = (
        [Mark(k * question.speed_rpm / 60, f"{k}×", "shaft") for k in (1, 2, 3)] if question.speed_rpm else []
    )
    high = 1.1 * float(velocity.max()) or 1.0
    across, up = Axis("frequency [Hz]", 0, float(hz[inside][-1])), Axis("velocity [mm/s RMS]", 0, high)
    return curve(hz[inside][kept], velocity[kept], across, up, shaft, "velocity spectrum")


def order_section(x: Floats, question: Question, tacho_s: Floats | None = None) -> str:
    """Draw the spectrum over orders of the shaft, where its speed is stated or its tacho is there.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [as recorded]
    question
        Says rate and speed.
    tacho_s
        Times of the pulses of a tacho, one a turn, shape ``(m,)``. [s]
    """
    rate_hz, speed = question.rate_hz or 1.0, question.speed_rpm
    if not speed or not 0 < TOP_ORDER * speed / 60 < rate_hz / 2 or len(x) * speed / 60 / rate_hz < 4:
        return ""
    first, turns = 0, np.asarray(np.arange(len(x)) * (speed / 60 / rate_hz), np.float64)
    told = f"Samples at equal angles of a shaft that turns at {speed:g} rpm throughout."
    if tacho_s is not None:
        first, turns = turns_of(tacho_s[tacho_s < len(x) / rate_hz], rate_hz, len(x))
        told = f"Samples at equal angles, by the pulses of the tacho; {speed:g} rpm on average."
    orders, power = order_lines(x[first : first + len(turns)], turns, TOP_ORDER)
    level = 10 * np.log10(np.maximum(2 * power, float(power.max()) * 1e-12 + 1e-300))
    kept = peaks_kept(level, POINTS)
    high = float(level.max())
    across, up = Axis("order of the shaft", 0, TOP_ORDER), Axis("amplitude [dB]", high - 70, high + 5)
    marks = [Mark(float(k), f"{k}×", "shaft") for k in (1, 2, 3)]
    plot = curve(orders[kept], level[kept], across, up, marks, "order spectrum")
    return section("Order spectrum", plot, told)


def turn_section(x: Floats, question: Question, tacho_s: Floats | None = None) -> str:
    """Draw the mean of all turns around a circle, where more of the record repeats than noise would.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [as recorded]
    question
        Says rate, speed and unit.
    tacho_s
        Times of the pulses of a tacho, one a turn, shape ``(m,)``. [s]
    """
    rate_hz, speed = question.rate_hz or 1.0, question.speed_rpm
    if not speed or not 0 < speed / 60 < rate_hz / 8 or len(x) * speed / 60 / rate_hz < 8:
        return ""
    first, turns, shaft_hz = 0, np.zeros(0), speed / 60
    if tacho_s is not None:
        first, turns = turns_of(tacho_s[tacho_s < len(x) / rate_hz], rate_hz, len(x))
    else:
        shaft_hz = agreed_speed(x, rate_hz, speed / 60, SPEED_REACH)
        turns = np.asarray(np.arange(len(x)) * (shaft_hz / rate_hz), np.float64)
    moving = x[first : first + len(turns)] - x.mean()
    mean, n_turns = average_turns(moving, turns, PER_TURN)
    share, chance = float(np.mean(mean**2) / max(float(np.mean(moving**2)), 1e-300)), 1 / n_turns
    if share < 2 * chance:
        return ""
    told = (
        f"{n_turns} turns at {60 * shaft_hz:.1f} rpm, clockwise from the top: what repeats with every "
        f"turn, {share:.1%} of the vibration; of noise it would be {chance:.1%}."
    )
    return section("Mean of all turns", polar(mean, question.unit, "mean of all turns"), told)


def envelope_section(verdict: BearingVerdict) -> str:
    """Draw the envelope spectrum in which the fault stands out most, with its lines."""
    hz, level = verdict.spectrum_hz, verdict.spectrum_db
    last = 1.08 * max((line.frequency_hz for line in verdict.lines), default=float(hz[-1]))
    shown = hz <= last
    turns = np.arange(1, int(last / verdict.shaft_hz) + 1) * verdict.shaft_hz
    marks = [Mark(float(t), "", "shaft") for t in turns]
    marks += [
        Mark(line.frequency_hz, line.name, "found" if line.found else "missing") for line in verdict.lines
    ]
    kept = peaks_kept(level[shown], POINTS)
    up = Axis("level over the floor [dB]", -6, max(12.0, 1.1 * float(level[shown].max())))
    across = Axis("frequency [Hz]", 0, float(last))
    plot = curve(hz[shown][kept], level[shown][kept], across, up, marks, "envelope spectrum")
    low, high = verdict.band_hz
    told = (
        f"Squared envelope of {low:.0f} to {high:.0f} Hz ({verdict.whitening} whitened), where "
        f"the lines of the {NAMES[verdict.best]} stand out most. Solid: expected and there. Dashed: "
        f"expected and not there. Faint: turns of the shaft."
    )
    return section("Envelope spectrum", plot, told)


def kurtogram_section(x: Floats, rate_hz: float) -> str:
    """Draw the kurtogram, where the record has one.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [as recorded]
    rate_hz
        Sample rate. [Hz]
    """
    try:
        heat = kurtogram_picture(x, rate_hz)
    except ValueError:
        return ""
    told = (
        "Spectral kurtosis of bands of every width: where the record is most impulsive. One stray knock "
        "raises it as much as a fault that repeats: it says where to look, not what is wrong."
    )
    if not heat.get("stands_out", True):
        told += " Here no band stands out more than those of noise would."
    plot = cells(
        _rows(heat), Axis("frequency [Hz]", 0, rate_hz / 2), "number of bands", "kurtogram", heat["best"]
    )
    return section("Kurtogram", plot, told)


def _rows(heat: Heat) -> list[tuple[str, list[float], list[float]]]:
    return [
        (row["name"], row.get("edges", heat["edges"]), [0.0 if v is None else v for v in row["values"]])
        for row in heat["rows"]
    ]


def scores_section(verdict: BearingVerdict) -> str:
    """Draw how far the lines of each fault stand out, and the threshold."""
    names = [NAMES[fault] for fault in verdict.scores]
    values = list(verdict.scores.values())
    title = "mean distance from meaningless combs, in their spreads"
    told = "How far the lines of each fault stand above sets of lines that no fault draws."
    plot = bars(names, values, verdict.threshold, title, [NAMES[fault] for fault in verdict.labels])
    return section("Every fault", plot, told)
