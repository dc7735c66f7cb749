"""The mean turn of a record on the bench, around a circle."""

from __future__ import annotations

import asyncio
from typing import Any

import nicegui.elements.echart  # noqa: F401  (makes the library known that turn.js imports)
from nicegui.element import Element

from arkwright.app.record_turn import Turn
from arkwright.core.errors import ArkwrightError
from arkwright.web.bench import Bench
from arkwright.web.charts import file_name, words
from arkwright.web.markup import node
from arkwright.web.scale import PRETTY
from arkwright.web.theme import show
from arkwright.web.words import say


class TurnChart(Element, component="turn.js", esm={"arkwright-looking": "looking"}):
    """The mean turn around a circle."""

    def __init__(self, **props: Any) -> None:
        super().__init__()
        for name, value in props.items():
            self._props[name] = value


async def draw_turn(bench: Bench) -> None:
    """Draw the mean of all turns, and say how much of the record it is."""
    context, views = bench.context, bench.views
    try:
        sight = await asyncio.to_thread(bench.room.sight, views["signal"], views["time_us"])
        turn: Turn = await asyncio.to_thread(lambda: sight.turn)
    except ArkwrightError as error:
        show(node("p", str(error), class_="muted"))
        return
    unit = PRETTY.get(turn["unit"], turn["unit"])
    heading = say(context, "Mean of all turns", "各转平均")
    told = _told(bench, turn)
    TurnChart(
        points=turn["points"],
        unit=unit,
        heading=heading,
        summary=f"{heading}. {told}",
        file=file_name(context.plant.site.name, f"{bench.file}-turn"),
        words=words(context.language),
    )
    show(node("p", told, class_="muted small"))


def _told(bench: Bench, turn: Turn) -> str:
    rpm, n = 60 * turn["shaft_hz"], turn["n_turns"]
    clear = turn["share"] > 2 * turn["by_chance"]
    share, chance = f"{turn['share']:.1%}", f"{turn['by_chance']:.1%}"
    en, zh = f"{n} turns at {rpm:.1f} rpm. ", f"共 {n} 转，{rpm:.1f} rpm。"
    if clear:
        en += f"{share} of the vibration repeats with every turn; of noise it would be {chance}. "
        en += "What does not turn with this shaft averages out."
        zh += f"{share} 的振动随每转重复；若为噪声则为 {chance}。与本轴不同步的成分已平均掉。"
    else:
        en += f"Only {share} of the vibration repeats with every turn, hardly more than of noise ({chance}): "
        en += "the shape says little."
        zh += f"仅 {share} 的振动随每转重复，几乎等于噪声（{chance}）：此形状说明不了什么。"
    return say(bench.context, en, zh)
