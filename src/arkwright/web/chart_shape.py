"""What all charts have in common: axes, crosshair, zoom, and the tokens of their colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Option = dict[str, Any]


def line_of(points: Sequence[Sequence[float | None]]) -> Option:
    """Describe a curve of (x, y). [units of its axes]"""
    return {
        "type": "line",
        "data": [list(p) for p in points],
        "showSymbol": False,
        "symbolSize": 5,
        "lineStyle": {"width": 1.25, "color": "var(--chart-line)"},
        "itemStyle": {"color": "var(--chart-line)"},
        "emphasis": {"disabled": True},
        "z": 3,
    }


def frame_of(kind: str, x_name: str, y_name: str, *, top: int) -> Option:
    """Describe axes, crosshair and zoom around a curve.

    Parameters
    ----------
    kind
        Of the horizontal axis: time or value.
    x_name, y_name
        What the axes are called.
    top
        Room above the plot. [px]
    """
    return {
        "animation": False,
        "useUTC": True,
        "grid": {"left": 58, "right": 18, "top": top, "bottom": 56},
        "xAxis": _axis(kind)
        | {"name": x_name, "nameLocation": "middle", "nameGap": 24, "splitLine": {"show": False}},
        "yAxis": _axis("value")
        | {
            "name": y_name,
            "scale": True,
            "nameLocation": "middle",
            "nameGap": 44,
            "axisLine": {"show": False},
        },
        "tooltip": {
            "trigger": "axis",
            "confine": True,
            "axisPointer": {"type": "cross", "snap": True, "lineStyle": _pointer(), "crossStyle": _pointer()},
            "backgroundColor": "var(--chart-surface)",
            "borderColor": "var(--chart-rule)",
            "textStyle": {"color": "var(--chart-ink)", "fontSize": 12},
        },
        "dataZoom": [
            {"type": "inside", "zoomOnMouseWheel": "ctrl", "moveOnMouseMove": "shift", "filterMode": "none"},
            {
                "type": "slider",
                "height": 12,
                "bottom": 4,
                "filterMode": "none",
                "showDetail": False,
                **_slider(),
            },
        ],
        # The tool that marks a stretch by dragging; its own buttons stay outside the picture.
        "toolbox": {"top": -99, "feature": {"dataZoom": {"yAxisIndex": "none", "filterMode": "none"}}},
    }


def _axis(kind: str) -> Option:
    return {
        "type": kind,
        "nameTextStyle": {"color": "var(--chart-ink-2)", "fontSize": 11},
        "axisLabel": {"color": "var(--chart-ink-2)", "fontSize": 11, "hideOverlap": True},
        "axisLine": {"onZero": False, "lineStyle": {"color": "var(--chart-rule)"}},
        "axisTick": {"lineStyle": {"color": "var(--chart-rule)"}},
        "splitLine": {"lineStyle": {"color": "var(--chart-grid)"}},
    }


def _pointer() -> Mapping[str, Any]:
    return {"color": "var(--chart-ink-2)", "width": 1, "type": "dashed"}


def _slider() -> Mapping[str, Any]:
    return {
        "borderColor": "var(--chart-grid)",
        "fillerColor": "var(--chart-select)",
        "backgroundColor": "var(--chart-surface)",
        "dataBackground": {"lineStyle": {"opacity": 0}, "areaStyle": {"opacity": 0}},
        "selectedDataBackground": {"lineStyle": {"opacity": 0}, "areaStyle": {"opacity": 0}},
        "handleStyle": {"color": "var(--chart-surface)", "borderColor": "var(--chart-ink-2)"},
        "moveHandleSize": 0,
    }
