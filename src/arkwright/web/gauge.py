"""A value as it is drawn: number with unit, moving indicator with its normal range, sparkline."""

from __future__ import annotations

from markupsafe import Markup

from arkwright.core.plant import Signal
from arkwright.core.tables import to_us
from arkwright.runtime.live import LiveValue
from arkwright.web.markup import node
from arkwright.web.page import Context
from arkwright.web.scale import limit_of, scale_of, shown_unit, shown_value
from arkwright.web.words import places_of, say, write_number

WORDS = {
    "stale": ("STALE", "过时"),
    "bad": ("BAD", "坏值"),
    "uncertain": ("UNSURE", "存疑"),
    "none": ("NO DATA", "无数据"),
}
BEYOND = {"HH": ("▲▲", "is-stop"), "H": ("▲", "is-act"), "L": ("▼", "is-act"), "LL": ("▼▼", "is-stop")}


def title_of(context: Context, signal: Signal) -> str:
    """Return how people call a signal."""
    return say(context, signal.title or signal.name, signal.title_zh)


def value(context: Context, signal: Signal, *, big: bool = False) -> Markup:
    """Draw the last value of a signal, kept up to date by the live component."""
    now = _now(context, signal)
    number = shown_value(signal, now.value)
    text = (now.text or "–") if number is None else write_number(number, digits=places_of(number))
    mark = say(context, *WORDS[now.state]) if now.state in WORDS else ""
    glyph, look = BEYOND.get(limit_of(signal, now.value), ("", ""))
    return node(
        "span",
        node("span", text, class_="lv-v"),
        node("span", shown_unit(signal), class_="lv-u") if shown_unit(signal) else None,
        node("span", mark or glyph, class_="lv-m"),
        class_=" ".join(filter(None, ("lv", "lv-big" if big else "", f"is-{now.state}", look))),
        data_live=signal.name,
        tabindex=0 if big else None,
    )


def indicator(context: Context, signal: Signal) -> Markup | None:
    """Draw a moving analogue indicator where limits are declared: normal range and value."""
    scale = scale_of(signal)
    if scale is None:
        return None
    number = shown_value(signal, _now(context, signal).value)
    left = 0.0 if scale.low is None else scale.share(scale.low)
    right = 1.0 if scale.high is None else scale.share(scale.high)
    at = "" if number is None else f"--at:{scale.share(number):.4f};"
    unit = shown_unit(signal)
    normal = (
        " … ".join(write_number(v) if v is not None else "" for v in (scale.low, scale.high)) + f" {unit}"
    )
    return node(
        "span",
        node("i"),
        class_="mai" + ("" if number is not None else " is-empty"),
        style=f"{at}--from:{left:.4f};--to:{right:.4f}",
        data_mai=signal.name,
        data_least=f"{scale.least:.6g}",
        data_most=f"{scale.most:.6g}",
        role="img",
        aria_label=say(context, f"Normal {normal}", f"正常范围 {normal}"),
    )


def spark(context: Context, signal: Signal) -> Markup:
    """Draw the last ten minutes of a signal, filled by the live component."""
    label = say(
        context, f"Last ten minutes of {title_of(context, signal)}", f"{title_of(context, signal)} 最近十分钟"
    )
    return node(
        "svg",
        node("polyline"),
        class_="spark",
        data_spark=signal.name,
        viewBox="0 0 100 24",
        preserveAspectRatio="none",
        role="img",
        aria_label=label,
    )


def figure(shown: tuple[str, str], name: str, *, class_: str = "state") -> Markup:
    """Draw a figure of the plant itself as (text, state), kept up to date by the live component."""
    text, state = shown
    return node(
        "span", node("span", text, class_="figure-text"), class_=class_, data_figure=name, data_state=state
    )


def _now(context: Context, signal: Signal) -> LiveValue:
    return context.plant.live.value(signal.name, to_us(context.plant.now()))
