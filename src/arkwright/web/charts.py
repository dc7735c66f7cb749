"""Charts: units on the axes, limits and doubtful stretches marked, zoom, crosshair and exports."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import nicegui.elements.echart  # noqa: F401  (makes the library known that chart.js imports)
from nicegui.element import Element

from arkwright.app.record_views import Curve, Envelope, FaultLine
from arkwright.app.views import Stretch, Trend
from arkwright.web.chart_shape import Option, frame_of, line_of
from arkwright.web.page import Context, Language
from arkwright.web.scale import PRETTY
from arkwright.web.words import pick

LEAST_DB = -10  # what lies further below the floor says nothing
# What the axes of the views are called.
TITLES_ZH = {
    "time": "时间",
    "frequency": "频率",
    "acceleration": "加速度",
    "acceleration peak": "加速度峰值",
    "velocity RMS": "速度 RMS",
    "displacement": "位移",
    "displacement peak to peak": "位移峰峰值",
    "order": "阶次",
    "level over floor": "高于噪声底",
}
LIMIT_WORDS = {
    "low_low": ("low low", "低低限"),
    "low": ("low", "低限"),
    "high": ("high", "高限"),
    "high_high": ("high high", "高高限"),
}
STRETCH_WORDS = {
    "gap": ("gap", "缺失"),
    "silence": ("silent", "无数据"),
    "bad": ("bad", "坏值"),
    "uncertain": ("uncertain", "存疑"),
}


class Chart(Element, component="chart.js", esm={"arkwright-looking": "looking"}):
    """One chart; emits ``zoomed`` with ``from`` and ``to`` [units of the axis], and ``cursor`` with its text.

    A span of dates is told in ms since 1970.
    """

    def __init__(self, option: Option, **props: Any) -> None:
        super().__init__()
        self._props["option"] = option
        for name, value in props.items():
            self._props[name] = value

    def replace(self, option: Option, note: str = "", over: list[float] | None = None) -> None:
        """Show other data in place of these; ``over`` are their levels over the floor. [dB]"""
        self.run_method("replace", option, note, over)


def words(language: Language) -> dict[str, str]:
    """Return what the chart itself says."""
    told = {
        "reset": ("Whole window", "全部"),
        "png": ("Save as picture", "保存为图片"),
        "csv": ("Save what is shown as CSV", "将所示数据保存为 CSV"),
        "found": ("found", "已找到"),
        "missing": ("not found", "未找到"),
        "locale": ("en-GB", "zh-CN"),
    }
    return {name: pick(language, *texts) for name, texts in told.items()}


# --------------------------------------------------------------------------------------------- over time
def trend_chart(context: Context, view: Trend, *, heading: str = "", live: bool = False) -> Chart:
    """Draw one signal over time; ``live`` makes it grow with the values that come in."""
    title = heading or pick(context.language, view["title"], view["title_zh"])
    return Chart(
        trend_option(view, context.language),
        heading=title,
        summary=trend_summary(view, context.language),
        file=file_name(context.plant.site.name, view["signal"]),
        axis="time",
        zone=context.plant.site.time_zone,
        units=["", PRETTY.get(view["unit"], view["unit"])],
        columns=["time", f"{view['signal']} [{view['unit']}]"],
        live=view["signal"] if live else None,
        span=view["end_ms"] - view["start_ms"],
        words=words(context.language),
    )


def trend_option(view: Trend, language: Language) -> Option:
    """Describe the curve of a signal: its limits as lines, what is not to be trusted as shaded stretches."""
    series = line_of(view["points"]) | {
        "markLine": {
            "silent": True,
            "symbol": "none",
            "animation": False,
            "data": _limit_lines(view, language),
        },
        "markArea": {"silent": True, "animation": False, "data": _stretch_areas(view["stretches"], language)},
        "showSymbol": len(view["points"]) < 3,
        "connectNulls": False,
    }
    option = frame_of("time", "", PRETTY.get(view["unit"], view["unit"]), top=18)
    option["grid"]["bottom"] = 42
    option["xAxis"] |= {"min": view["start_ms"], "max": view["end_ms"], "name": ""}
    option["series"] = [series, _reach(view)]
    return option


def _reach(view: Trend) -> Option:
    """Stretch the axis to the limits that are not far off, by a curve that is not seen."""
    values = [v for _, v in view["points"] if v is not None]
    low, high = min(values, default=0.0), max(values, default=0.0)
    room = 2 * max(high - low, 0.02 * abs(high))
    near = [limit for limit in view["limits"].values() if low - room <= limit <= high + room]
    unseen = {"lineStyle": {"opacity": 0}, "showSymbol": False, "silent": True, "tooltip": {"show": False}}
    return {"type": "line", "data": [[view["end_ms"], limit] for limit in near], **unseen}


def trend_summary(view: Trend, language: Language) -> str:
    """Say in a sentence what the curve shows, for those who cannot see it."""
    values = [v for _, v in view["points"] if v is not None]
    title = pick(language, view["title"], view["title_zh"])
    if not values:
        return pick(language, f"{title}: no readings in this window", f"{title}：此时段无数据")
    low, high, unit = f"{min(values):.4g}", f"{max(values):.4g}", view["unit"]
    last, n = f"{values[-1]:.4g}", view["n_readings"]
    return pick(
        language,
        f"{title}: between {low} and {high} {unit}, {n} readings, last {last} {unit}",
        f"{title}：{low} 至 {high} {unit}，共 {n} 个读数，最新 {last} {unit}",
    )


def _limit_lines(view: Trend, language: Language) -> list[Option]:
    lines = []
    for name, value in view["limits"].items():
        colour = "var(--chart-stop)" if name in {"low_low", "high_high"} else "var(--chart-limit)"
        label = f"{pick(language, *LIMIT_WORDS[name])} {value:g}"
        place = "insideEndTop" if name.startswith("high") else "insideEndBottom"
        lines.append(
            {
                "yAxis": value,
                "lineStyle": {"color": colour, "width": 1, "type": [6, 4]},
                "label": {"formatter": label, "position": place, "color": colour, "fontSize": 11},
            }
        )
    return lines


def _stretch_areas(stretches: Sequence[Stretch], language: Language) -> list[list[Option]]:
    areas: list[list[Option]] = []
    for stretch in stretches:
        doubtful = stretch["kind"] == "uncertain"
        style = {"color": "var(--chart-doubt)" if doubtful else "var(--chart-hole)"}
        label = {"color": "var(--chart-ink-2)", "fontSize": 11, "position": "insideTop", "distance": 4}
        name = pick(language, *STRETCH_WORDS[stretch["kind"]])
        start = {"name": name, "xAxis": stretch["start_ms"], "itemStyle": style, "label": label}
        areas.append([start, {"xAxis": stretch["end_ms"]}])
    return areas


# ------------------------------------------------------------------------------------------ of one record
def curve_chart(
    context: Context, curve: Curve, name: str, heading: str, lines: Sequence[Option] = ()
) -> Chart:
    """Draw a waveform or a spectrum, with the lines that are expected in it."""
    language = context.language
    peak = max(curve["points"], key=lambda p: p[1], default=(0.0, 0.0))
    summary = pick(
        language,
        f"{heading}: highest at {peak[0]:.4g} {curve['x_unit']} with {peak[1]:.3g} {curve['y_unit']}",
        f"{heading}：最高 {peak[1]:.3g} {curve['y_unit']}，位于 {peak[0]:.4g} {curve['x_unit']}",
    )
    return Chart(
        curve_option(curve, language, with_lines=bool(lines)),
        heading=heading,
        summary=". ".join([summary, *(f"{line['name']} {line['word']}" for line in lines)]),
        file=file_name(context.plant.site.name, name),
        units=[curve["x_unit"], curve["y_unit"]],
        columns=[f"{curve['x_title']} [{curve['x_unit']}]", f"{curve['y_title']} [{curve['y_unit']}]"],
        lines=list(lines),
        words=words(language),
    )


def curve_option(curve: Curve, language: Language, *, with_lines: bool = False) -> Option:
    """Describe a curve over time or frequency, with room above for the names of lines."""
    x, y = axis_title(curve["x_title"], language), axis_title(curve["y_title"], language)
    option = frame_of(
        "value", f"{x} [{curve['x_unit']}]", f"{y} [{curve['y_unit']}]", top=80 if with_lines else 26
    )
    option["xAxis"] |= {"min": 0, "max": curve["points"][-1][0] if curve["points"] else 1}
    option["xAxis"]["axisLabel"]["showMaxLabel"] = False  # it is seldom round
    if curve["y_unit"] == "dB":
        option["yAxis"] |= {"min": LEAST_DB}
    option["series"] = [line_of(curve["points"])]
    return option


def fault_lines(lines: Sequence[FaultLine], language: Language) -> list[Option]:
    """Return the expected lines of a fault as a chart draws them; where found, at the peak."""
    told = words(language)
    return [
        {
            "hz": line["peak_hz"] if line["found"] else line["expected_hz"],
            "name": line["name"],
            "found": line["found"],
            "level": line["level_db"],
            "word": told["found" if line["found"] else "missing"],
        }
        for line in lines
    ]


def envelope_chart(context: Context, envelope: Envelope, fault: str, name: str, heading: str) -> Chart:
    """Draw the envelope spectrum with the lines that one fault would draw."""
    lines = fault_lines(envelope["faults"].get(fault, []), context.language)
    return curve_chart(context, envelope["curve"], f"{name}-envelope-{fault}", heading, lines)


def axis_title(title: str, language: Language) -> str:
    """Return what an axis is called, with a capital."""
    return pick(language, title[:1].upper() + title[1:], TITLES_ZH.get(title, title))


def file_name(*parts: str) -> str:
    """Return a name for a file that every system takes."""
    return re.sub(r"[^\w.-]+", "-", "-".join(parts)).strip("-")
