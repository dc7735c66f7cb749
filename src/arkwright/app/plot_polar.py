"""A closed curve around a circle, as SVG text that follows the page's light or dark theme."""

from __future__ import annotations

from html import escape

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SIZE, REACH = 420, 150.0
INNER = 2.0  # swings between the middle and the circle of zero: the curve keeps its shape


def polar(values: Floats, unit: str, label: str) -> str:
    """Draw values evenly spread over one turn, clockwise from the top, zero on a circle.

    Parameters
    ----------
    values
        Shape ``(n,)``. [as unit says]
    unit
        What the circles of plus and minus the greatest value are written with.
    label
        What the picture shows, for those who cannot see it.

    Returns
    -------
    svg
        The picture, to be put into a page.
    """
    high = float(np.abs(values).max()) or 1.0
    turn = 2 * np.pi * np.arange(len(values)) / len(values)
    far = _radius(values / high)
    middle = SIZE / 2
    x, y = middle + far * np.sin(turn), middle - far * np.cos(turn)
    path = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True)) + "Z"
    body = "".join(_circle(share, share * high, unit) for share in (-1.0, 0.0, 1.0)) + _spokes()
    said = escape(label, quote=True)
    head = f'<svg class="polar" viewBox="0 0 {SIZE} {SIZE}" role="img" aria-label="{said}">'
    return f'{head}{body}<path class="curve" d="{path}"/></svg>'


def _radius(share: Floats) -> Floats:
    return np.asarray(REACH * (INNER + share) / (INNER + 1), np.float64)


def _circle(share: float, value: float, unit: str) -> str:
    radius = float(_radius(np.array(share)))
    style, middle = ("axis" if share == 0 else "grid"), SIZE / 2
    ring = f'<circle class="{style}" fill="none" cx="{middle:.0f}" cy="{middle:.0f}" r="{radius:.1f}"/>'
    told = f"{value:.2g} {escape(unit)}" if share else "0"
    return f'{ring}<text class="name" x="{middle + 4:.0f}" y="{middle - radius - 3:.1f}">{told}</text>'


def _spokes() -> str:
    out, middle = [], SIZE / 2
    for degrees in range(0, 360, 30):
        sin, cos = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
        ends = [(middle + r * sin, middle - r * cos) for r in (12.0, REACH, REACH + 20)]
        (a, b), (c, d), (e, f) = ends
        out.append(f'<line class="grid" x1="{a:.1f}" y1="{b:.1f}" x2="{c:.1f}" y2="{d:.1f}"/>')
        out.append(f'<text class="middle" x="{e:.1f}" y="{f + 4:.1f}">{degrees}°</text>')
    return "".join(out)
