"""How a person wants a record shown, as the address says it, so that a view can be sent to a colleague."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import isfinite

TABS = ("spectra", "kurtogram", "cascade", "turn")
SCALES = ("linear", "log", "db")
Span = tuple[float, float]
PLOTS = ("envelope", "spectrum", "waveform", "band")
LONGEST = 80  # of a cursor as it stands in an address


@dataclass(frozen=True)
class Look:
    """What is shown and how; ``spans`` are the stretches zoomed into [Hz or s], ``band`` of an envelope [Hz].

    ``tab`` is one of `TABS`, ``scale`` of `SCALES`.
    ``base`` is the record laid under this one [us since 1970]; ``top`` where a cascade ends [Hz].
    """

    tab: str = "spectra"
    orders: bool = False
    scale: str = "linear"
    motion: str = ""
    fault: str = ""
    base: int | None = None
    cursors: Mapping[str, str] = field(default_factory=dict)
    spans: Mapping[str, Span] = field(default_factory=dict)
    band: Span | None = None
    along: str = "time"
    top: float | None = None

    def query(self) -> dict[str, object]:
        """Return it as the parts of an address; what is as usual is left out."""
        plots: dict[str, object] = {f"cursor_{p}": self.cursors.get(p, "") for p in PLOTS}
        plots |= {f"span_{p}": _written(self.spans.get(p)) for p in PLOTS}
        return plots | {
            "view": "" if self.tab == "spectra" else self.tab,
            "axis": "orders" if self.orders else "",
            "scale": "" if self.scale == "linear" else self.scale,
            "as": self.motion,
            "fault": self.fault,
            "base": self.base,
            "band": _written(self.band),
            "along": "" if self.along == "time" else self.along,
            "top": self.top,
        }

    def with_span(self, plot: str, span: Span | None) -> Look:
        """Zoom a plot, or not. [Hz or s]"""
        rest = {p: s for p, s in self.spans.items() if p != plot}
        return replace(self, spans=rest if span is None else rest | {plot: span})

    def with_cursor(self, plot: str, text: str) -> Look:
        """Set the cursors of a plot."""
        return replace(self, cursors=dict(self.cursors) | {plot: text[:LONGEST]})


def look_of(params: Mapping[str, str]) -> Look:
    """Return the look that an address asks for; nonsense in it is passed over."""
    tab, scale, base = params.get("view", ""), params.get("scale", ""), params.get("base", "")
    spans = {p: s for p in PLOTS if (s := _span(params.get(f"span_{p}", ""))) is not None}
    top = _number(params.get("top", ""))
    return Look(
        tab=tab if tab in TABS else "spectra",
        orders=params.get("axis", "") == "orders",
        scale=scale if scale in SCALES else "linear",
        motion=params.get("as", ""),
        fault=params.get("fault", ""),
        base=int(base) if base.isdigit() else None,
        cursors={p: params[f"cursor_{p}"][:LONGEST] for p in PLOTS if params.get(f"cursor_{p}")},
        spans=spans,
        band=_span(params.get("band", "")),
        along="speed" if params.get("along", "") == "speed" else "time",
        top=top if top is not None and top > 0 else None,
    )


def _written(span: Span | None) -> str:
    return "" if span is None else f"{span[0]:.7g}~{span[1]:.7g}"


def _span(text: str) -> Span | None:
    low, _, high = text.partition("~")
    ends = _number(low), _number(high)
    if ends[0] is None or ends[1] is None or not 0 <= ends[0] < ends[1]:
        return None
    return ends[0], ends[1]


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if isfinite(found) else None
