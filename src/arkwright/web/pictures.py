"""Planes of cells on a page: the kurtogram of a record and the cascade of many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import nicegui.elements.echart  # noqa: F401  (makes the library known that picture.js imports)
from nicegui.element import Element

from arkwright.app.record_pictures import Heat
from arkwright.web.chart_shape import Option, frame_of
from arkwright.web.charts import axis_title, file_name, words
from arkwright.web.page import Context
from arkwright.web.words import say

FAINTEST = 0.5  # the lower half of the values is the noise: it takes no colour


class Picture(Element, component="picture.js", esm={"arkwright-looking": "looking"}):
    """A plane of cells; emits ``chosen`` with ``key`` of a row, ``low`` and ``high`` of a cell."""

    def __init__(self, option: Option, **props: Any) -> None:
        super().__init__()
        self._props["option"] = option
        for name, value in props.items():
            self._props[name] = value


def picture(
    context: Context, heat: Heat, heading: str, name: str, hint: str, *, chosen: Sequence[int] | None = None,
    whole: bool = False,
) -> Picture:  # fmt: skip
    """Draw a plane of cells; ``whole`` lets a person choose a row in place of a cell."""
    low, high = range_of(heat)
    title = axis_title(heat["value_title"], context.language)
    return Picture(
        picture_option(context, heat),
        rows=heat["rows"],
        edges=heat["edges"],
        range=[low, high],
        best=heat["best"],
        chosen=chosen,
        whole=whole,
        heading=heading,
        summary=f"{heading}. {_told(context, heat)} {hint}",
        file=file_name(context.plant.site.name, name),
        unit=heat["value_unit"],
        x=[heat["x_title"], heat["x_unit"]],
        value=title,
        words=words(context.language) | {"best": say(context, "highest", "最高"), "hint": hint},
    )


def picture_option(context: Context, heat: Heat) -> Option:
    """Describe the axes around the cells."""
    edges = heat["edges"] or heat["rows"][0].get("edges", [0.0, 1.0])
    x = axis_title(heat["x_title"], context.language)
    y = say(context, *Y_TITLES[heat["y_title"]])
    unit = f" [{heat['x_unit']}]" if heat["x_unit"] else ""
    option = frame_of("value", f"{x}{unit}", y, top=10)
    option["xAxis"] |= {"min": edges[0], "max": edges[-1]}
    option["xAxis"]["axisLabel"]["showMaxLabel"] = False
    named = {"type": "category", "data": [row["name"] for row in heat["rows"]], "splitLine": {"show": False}}
    option["yAxis"] |= named | {"nameGap": 74 if heat["y_title"] != "bands" else 34}
    option["grid"]["left"] = 96 if heat["y_title"] != "bands" else 58
    option["tooltip"] = {"show": False}
    return option


Y_TITLES = {
    "bands": ("Number of bands", "频带数"),
    "time": ("Time of the record", "记录时间"),
    "speed": ("Speed", "转速"),
}


def range_of(heat: Heat) -> tuple[float, float]:
    """Return the values of the first and the last colour: the median, and the highest. [as the values]"""
    values = sorted(v for row in heat["rows"] for v in row["values"] if v is not None)
    if not values:
        return 0.0, 1.0
    low, high = values[int(FAINTEST * (len(values) - 1))], values[-1]
    return (low, high) if high > low else (low, low + 1.0)


def _told(context: Context, heat: Heat) -> str:
    if heat["best"] is None:
        return say(context, f"{len(heat['rows'])} rows.", f"共 {len(heat['rows'])} 行。")
    row, cell = heat["best"]
    edges = heat["rows"][row].get("edges", heat["edges"])
    value = heat["rows"][row]["values"][cell] or 0.0
    low, high = edges[cell], edges[cell + 1]
    return say(
        context,
        f"Highest, {value:.3g}, from {low:.0f} to {high:.0f} Hz.",
        f"最高 {value:.3g}，{low:.0f} 至 {high:.0f} Hz。",
    )
