"""What a birth says of its metrics, as suggestions for signals."""

from __future__ import annotations

from typing import TypeGuard

from arkwright.connect.guess import guess_signal
from arkwright.connect.sparkplug_codec import DataType, Metric, decode
from arkwright.core.catalog import Suggestion
from arkwright.core.errors import SourceError


def suggest_metrics(parts: list[str], raw: bytes) -> list[Suggestion]:
    """Suggest a signal for every metric of a birth; ``parts`` are those of its topic."""
    try:
        metrics = decode(raw).metrics
    except SourceError:
        return []
    home = "/".join([parts[1], parts[3], *parts[4:]])
    own = [m for m in metrics if m.name and m.name != "bdSeq" and not m.name.startswith("Node Control/")]
    return [_suggestion(f"{home}/{m.name}", m) for m in own]


def _suggestion(address: str, metric: Metric) -> Suggestion:
    sent, low, high = (metric.properties.get(k) for k in ("engUnit", "engLow", "engHigh"))
    is_text = metric.datatype in (DataType.STRING, DataType.TEXT, DataType.UUID)
    span = (float(low), float(high)) if _is_number(low) and _is_number(high) else None
    guess = guess_signal(
        metric.name, unit=sent if isinstance(sent, str) else "", is_text=is_text,
        is_flag=metric.datatype == DataType.BOOLEAN, span=span,
    )  # fmt: skip
    sample = "" if metric.value is None else str(metric.value)[:40]
    kind = "text" if is_text else "value"
    return Suggestion(
        address, metric.name, guess.quantity, guess.unit, guess.why, guess.confidence, kind, sample
    )


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
