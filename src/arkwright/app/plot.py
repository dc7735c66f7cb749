"""Plots as SVG text: curves and bars that follow the page's light or dark theme, with nothing to load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import floor, isfinite, log10

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Row = tuple[str, Sequence[float], Sequence[float]]
"""Name of a row of cells, its edges and its values."""
WIDTH, HEIGHT = 920, 250
LEFT, RIGHT, TOP, BOTTOM = 58, 14, 26, 34
LEAST_ROW = 13  # of a smaller row only every second is named


@dataclass(frozen=True)
class Mark:
    """A vertical line at ``at`` on the horizontal axis [as the axis]; ``style`` is a class of the page."""

    at: float
    name: str = ""
    style: str = "found"


@dataclass(frozen=True)
class Axis:
    """What an axis shows: its title and its ends. [as the title says]"""

    title: str
    low: float
    high: float

    def ticks(self, n: int = 6) -> list[float]:
        """Round numbers inside the axis, about ``n`` of them. [as the axis]"""
        span = self.high - self.low
        if not isfinite(span) or span <= 0:
            return [self.low]
        raw = span / n
        unit = 10.0 ** floor(log10(raw))
        step = next(unit * m for m in (1, 2, 5, 10) if unit * m >= raw)
        first = int(np.ceil(self.low / step - 1e-9))
        return [k * step for k in range(first, int(np.floor(self.high / step + 1e-9)) + 1)]


def curve(x: Floats, y: Floats, across: Axis, up: Axis, marks: Sequence[Mark] = (), label: str = "") -> str:
    """Draw one curve.

    Parameters
    ----------
    x
        Places on the horizontal axis, shape ``(n,)``. [as the axis]
    y
        Values, same shape. [as the axis]
    across
        Horizontal axis.
    up
        Vertical axis.
    marks
        Vertical lines behind the curve; names that would overlap are put on a second row or left out.
    label
        What the picture shows, for those who cannot see it.

    Returns
    -------
    svg
        The picture, to be put into a page.
    """
    px, py = _across(x, across), _up(np.clip(y, up.low, up.high), up)
    path = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(px, py, strict=True))
    body = [_frame(across, up), *_marks(marks, across), f'<path class="curve" d="{path}"/>']
    return _svg("".join(body), label)


def bars(
    names: Sequence[str], values: Sequence[float], limit: float, title: str, named: Sequence[str] = ()
) -> str:
    """Draw named horizontal bars, and the limit that a value must pass.

    Parameters
    ----------
    names
        Name of each bar.
    values
        Its length; nothing is drawn of a negative one. [1]
    limit
        Where the limit stands. [1]
    title
        What is measured.
    named
        Bars that stand out in colour.

    Returns
    -------
    svg
        The picture, to be put into a page.
    """
    high = max(1.15 * max(*values, limit), 1.0)
    left, step, width = 130, 30, WIDTH - 130 - RIGHT
    height = step * len(names) + 40
    out = []
    for row, (name, value) in enumerate(zip(names, values, strict=True)):
        y, length = 8 + row * step, max(0.0, value) / high * width
        style = "bar over" if name in named else "bar"
        out.append(f'<text class="end" x="{left - 10}" y="{y + 16}">{escape(name)}</text>')
        out.append(f'<rect class="{style}" x="{left}" y="{y}" width="{length:.1f}" height="20" rx="3"/>')
        out.append(f'<text x="{left + length + 6:.1f}" y="{y + 15}">{value:.1f}</text>')
    at, bottom = left + limit / high * width, height - 30
    out.append(f'<line class="limit" x1="{at:.1f}" x2="{at:.1f}" y1="2" y2="{bottom}"/>')
    out.append(f'<text class="middle" x="{at:.1f}" y="{bottom + 14}">threshold {limit:.2f}</text>')
    out.append(f'<text class="end" x="{WIDTH - RIGHT}" y="{height - 4}">{escape(title)}</text>')
    return _svg("".join(out), title, height)


def cells(
    rows: Sequence[Row], across: Axis, title: str, label: str, best: tuple[int, int] | None = None
) -> str:
    """Draw rows of cells, the first at the bottom, the darker the higher.

    Parameters
    ----------
    rows
        Name, edges and values of each row.
    across
        Horizontal axis.
    title
        What the rows are.
    label
        What the picture shows, for those who cannot see it.
    best
        Row and cell that is framed and named.

    Returns
    -------
    svg
        The picture, to be put into a page.
    """
    values = sorted(v for _, _, vs in rows for v in vs)
    low, high = (values[len(values) // 2], values[-1]) if values else (0.0, 1.0)
    step = (HEIGHT - TOP - BOTTOM) / max(1, len(rows))
    out = _scale_across(across)
    for i, (name, edges, row) in enumerate(rows):
        y = HEIGHT - BOTTOM - (i + 1) * step
        if step >= LEAST_ROW or i % 2 == 0:
            out.append(f'<text class="end" x="{LEFT - 7}" y="{y + step / 2 + 4:.1f}">{escape(name)}</text>')
        x = _across(np.asarray(edges, np.float64), across)
        for j, value in enumerate(row):
            share = min(1.0, max(0.0, (value - low) / ((high - low) or 1.0)))
            place = f'x="{x[j]:.1f}" y="{y:.1f}" width="{x[j + 1] - x[j]:.1f}" height="{step:.1f}"'
            told = f"{edges[j]:.0f}–{edges[j + 1]:.0f}: {value:.3g}"
            if share > 0.02 or (i, j) == best:
                style = f'class="cell" fill-opacity="{share:.2f}"'
                out.append(f"<rect {style} {place}><title>{told}</title></rect>")
            if (i, j) == best:
                out.append(f'<rect class="best" {place}/>')
                late = x[j + 1] > WIDTH - 130
                at, side = (x[j] - 6, "end") if late else (x[j + 1] + 6, "start")
                out.append(
                    f'<text class="name best {side}" x="{at:.1f}" y="{y + step / 2 + 4:.1f}">◆ {told}</text>'
                )
    out.append(f'<text x="{LEFT}" y="{HEIGHT - 4}">{escape(title)}</text>')
    return _svg("".join(out), label)


def _frame(across: Axis, up: Axis) -> str:
    out = []
    for tick in up.ticks(5):
        y = _up(np.array([tick]), up)[0]
        out.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        out.append(f'<text class="end" x="{LEFT - 7}" y="{y + 4:.1f}">{tick:g}</text>')
    out += _scale_across(across)
    out.append(f'<text x="{LEFT}" y="{HEIGHT - 4}">{escape(up.title)}</text>')
    return "".join(out)


def _scale_across(across: Axis) -> list[str]:
    base, out = HEIGHT - BOTTOM, []
    for tick in across.ticks(8):
        x = _across(np.array([tick]), across)[0]
        out.append(f'<text class="middle" x="{x:.1f}" y="{base + 16}">{tick:g}</text>')
    out.append(f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{base}" y2="{base}"/>')
    out.append(f'<text class="end" x="{WIDTH - RIGHT}" y="{HEIGHT - 4}">{escape(across.title)}</text>')
    return out


def _marks(marks: Sequence[Mark], across: Axis) -> list[str]:
    out: list[str] = []
    ends = [-1e9, -1e9]  # where the last name on each of two rows ends
    for mark in sorted(marks, key=lambda m: m.at):
        if not across.low <= mark.at <= across.high:
            continue
        x = float(_across(np.array([mark.at]), across)[0])
        wide = 6.2 * len(mark.name) + 4
        row = next((r for r in (0, 1) if mark.name and ends[r] < x - wide / 2), None)
        top = TOP if row is None else TOP - 2 - 11 * (1 - row)
        out.append(
            f'<line class="mark {mark.style}" x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{HEIGHT - BOTTOM}">'
            f"<title>{escape(mark.name)} {mark.at:.1f}</title></line>"
        )
        if row is not None:
            ends[row] = x + wide / 2
            out.append(
                f'<text class="name middle {mark.style}" x="{x:.1f}" y="{top - 2}">{escape(mark.name)}</text>'
            )
    return out


def _across(x: Floats, axis: Axis) -> Floats:
    share = (x - axis.low) / max(axis.high - axis.low, 1e-300)
    return np.asarray(LEFT + share * (WIDTH - LEFT - RIGHT), np.float64)


def _up(y: Floats, axis: Axis) -> Floats:
    share = (y - axis.low) / max(axis.high - axis.low, 1e-300)
    return np.asarray(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), np.float64)


def _svg(body: str, label: str, height: float = HEIGHT) -> str:
    said = escape(label, quote=True)
    return f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{said}">{body}</svg>'
