"""Charts of a record with cursors: in Hz or orders, linear, logarithmic or in dB, over an earlier record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10
from typing import Any

from arkwright.app.record_views import Curve, FaultLine
from arkwright.web.chart_shape import Option, line_of
from arkwright.web.charts import Chart, curve_option, fault_lines, file_name, words
from arkwright.web.page import Context
from arkwright.web.record_look import Look
from arkwright.web.record_words import cursor_words
from arkwright.web.scale import PRETTY
from arkwright.web.words import pick, say

Points = list[tuple[float, float]]
DEEPEST_DB = 90.0  # what lies further below the highest line is the noise of 16 bits


@dataclass(frozen=True)
class Plot:
    """One curve to be drawn: its name in an address, what it shows, and what is laid over and under it.

    ``shaft_hz`` is the speed of the shaft, None where it is not known [Hz]; ``base`` the same curve of an
    earlier record, with its own speed [Hz] and the words for it.
    """

    name: str
    curve: Curve
    heading: str
    file: str
    shaft_hz: float | None = None
    lines: Sequence[FaultLine] = ()
    base: Curve | None = None
    base_shaft_hz: float | None = None
    base_words: str = ""

    @property
    def over_time(self) -> bool:
        """Say whether it is a waveform."""
        return self.curve["x_unit"] == "s"

    @property
    def levels(self) -> bool:
        """Say whether its values are levels already, which no logarithm can improve."""
        return self.curve["y_unit"] == "dB"

    def per(self, look: Look) -> float:
        """Return what one unit of the axis is: a hertz, a second, or a turn's frequency. [Hz or s]"""
        return self.shaft_hz if look.orders and self.shaft_hz and not self.over_time else 1.0


def record_chart(context: Context, plot: Plot, look: Look, whole: Curve | None = None) -> Chart:
    """Draw a plot; ``whole`` is the curve that it is a stretch of, where it is one."""
    curve, language = plot.curve, context.language
    lines = _lines_at(plot, look, context)
    peak = max(curve["points"], key=lambda p: p[1], default=(0.0, 0.0))
    told = pick(
        language,
        f"{plot.heading}: highest at {peak[0]:.4g} {curve['x_unit']} with {peak[1]:.3g} {curve['y_unit']}",
        f"{plot.heading}：最高 {peak[1]:.3g} {curve['y_unit']}，位于 {peak[0]:.4g} {curve['x_unit']}",
    )
    axis, unit = _axis_words(plot, look), _unit_words(plot, look)
    return Chart(
        plot_option(context, plot, look),
        heading=plot.heading,
        summary=". ".join([told, *(f"{line['name']} {line['word']}" for line in lines)]),
        file=file_name(context.plant.site.name, plot.file),
        units=[axis[1], unit],
        columns=[f"{axis[0]} [{axis[1]}]" if axis[1] else axis[0], f"{curve['y_title']} [{unit}]"],
        lines=lines,
        words=words(language),
        over=curve.get("over_db"),
        detail=not plot.levels,
        began=whole is not None,
        beyond=None if whole is None else _beyond(whole, plot, look),
        cursor=_cursor(context, plot, look, whole or curve),
    )


def _beyond(whole: Curve, plot: Plot, look: Look) -> dict[str, Any]:
    levels = plot.levels or plot.over_time
    points = shown_points(whole, plot.per(look), look, levels=levels)
    return {"points": points, "over": whole.get("over_db")}


def _cursor(context: Context, plot: Plot, look: Look, whole: Curve) -> dict[str, Any]:
    last = whole["points"][-1][0] if whole["points"] else 1.0
    modes = ["off", "single", "sidebands"] if plot.over_time else ["off", "single", "harmonics", "sidebands"]
    return {
        "kind": "waveform" if plot.over_time else "spectrum",
        "per": plot.per(look),
        "shaft": plot.shaft_hz or 0.0,
        "step": plot.curve.get("step", 0.0),
        "top": last / plot.per(look),
        "modes": modes,
        "floor": bool(plot.curve.get("over_db")) and not plot.levels,
        "db": look.scale == "db" and not plot.over_time,
        "start": look.cursors.get(plot.name, ""),
        "words": cursor_words(context.language, over_time=plot.over_time),
    }


def plot_option(context: Context, plot: Plot, look: Look) -> Option:
    """Describe a plot: axes as chosen, the earlier record below the present one."""
    curve = plot.curve
    points = shown_points(curve, plot.per(look), look, levels=plot.levels or plot.over_time)
    shown: Curve = {**curve, "points": points, "y_unit": _unit_words(plot, look)}
    option = curve_option(shown, context.language, with_lines=bool(plot.lines))
    if plot.per(look) != 1.0:
        option["xAxis"]["name"] = say(context, "Order of the shaft", "阶次")
    if points:
        first, last = points[0][0], points[-1][0]
        whole = first <= 0.01 * last
        option["xAxis"] |= {"min": 0 if whole else first, "max": last}
        option["xAxis"]["axisLabel"]["showMinLabel"] = whole
    if not plot.over_time and not plot.levels:
        option["yAxis"] |= _range(points, look)
    if plot.base is not None:
        per = (plot.base_shaft_hz or 1.0) if plot.per(look) != 1.0 else 1.0
        base = shown_points(plot.base, per, look, levels=plot.levels or plot.over_time)
        option["series"].append(_beneath(base, plot.base_words))
    return option


def _beneath(points: Points, name: str) -> Option:
    quiet = {"color": "var(--chart-base)", "width": 1, "type": "solid", "opacity": 0.85}
    drawn = line_of(points) | {"name": name, "lineStyle": quiet, "z": 2, "silent": True}
    return drawn | {"itemStyle": {"color": "var(--chart-base)"}}


def _range(points: Points, look: Look) -> Option:
    high = max((y for _, y in points), default=1.0)
    if look.scale == "db":
        top = 5.0 * ceil(high / 5.0 + 0.4)
        return {"min": top - DEEPEST_DB, "max": top}
    if look.scale == "log":
        top = 10.0 ** ceil(log10(max(high, 1e-12)))
        return {"type": "log", "min": top * 1e-5, "max": top}
    return {"min": 0}


def shown_points(curve: Curve, per: float, look: Look, *, levels: bool) -> Points:
    """Return the points of a curve as the axes show them.

    Parameters
    ----------
    curve
        The curve.
    per
        One unit of the axis across. [as the curve]
    look
        Says whether amplitudes are shown in dB or on a logarithmic axis.
    levels
        Whether the values are to be left as they are.

    Returns
    -------
    points
        (x, y). [units of the axes]
    """
    points = curve["points"]
    if per != 1.0:
        points = [(float(f"{x / per:.7g}"), y) for x, y in points]
    if levels or look.scale == "linear":
        return points
    least = max((y for _, y in points), default=1.0) * 1e-6 or 1e-12
    if look.scale == "log":
        return [(x, max(y, least)) for x, y in points]
    return [(x, float(f"{20 * log10(max(y, least)):.5g}")) for x, y in points]


def _axis_words(plot: Plot, look: Look) -> tuple[str, str]:
    return ("order", "") if plot.per(look) != 1.0 else (plot.curve["x_title"], plot.curve["x_unit"])


def _unit_words(plot: Plot, look: Look) -> str:
    unit = PRETTY.get(plot.curve["y_unit"], plot.curve["y_unit"])
    plain = plot.levels or plot.over_time or look.scale != "db"
    return unit if plain else f"dB re 1 {unit}"


def _lines_at(plot: Plot, look: Look, context: Context) -> list[Option]:
    lines = fault_lines(plot.lines, context.language)
    return [line | {"hz": float(f"{line['hz'] / plot.per(look):.6g}")} for line in lines]
