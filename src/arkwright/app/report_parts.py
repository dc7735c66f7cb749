"""Parts that every section of a report is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape


def section(title: str, body: str, told: str = "") -> str:
    """Write a titled section; ``told`` explains it, ``body`` is markup."""
    said = f'<p class="soft">{escape(told)}</p>' if told else ""
    return f"<section><h2>{escape(title)}</h2>{said}{body}</section>"


def table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: int, styles: Sequence[str] = ()
) -> str:
    """Write a table; the cells from column ``numbers`` on are numbers, ``styles`` are classes of its rows."""
    kinds = ["" if i < numbers else ' class="n"' for i in range(len(heads))]
    head = "".join(f"<th{kind}>{escape(h)}</th>" for kind, h in zip(kinds, heads, strict=True))
    out = [f"<tr>{head}</tr>"]
    for i, row in enumerate(rows):
        style = f' class="{styles[i]}"' if styles else ""
        cells = "".join(f"<td{kind}>{escape(c)}</td>" for kind, c in zip(kinds, row, strict=True))
        out.append(f"<tr{style}>{cells}</tr>")
    return f'<div class="wide-table"><table>{"".join(out)}</table></div>'


ENDINGS = (
    ("_mm_s", "mm/s"), ("_m_s2", "m/s²"), ("_rpm", "rpm"), ("_hz", "Hz"), ("_db", "dB"), ("_deg", "°"),
    ("_um", "µm"), ("_ms", "ms"), ("_s", "s"),
)  # fmt: skip
"""How the name of a figure ends, and the unit that this means."""


def figure(name: str, value: float) -> str:
    """Write a figure with its unit: ``overall_mm_s`` is overall 18.8 mm/s. [as its name says]"""
    stem, unit = next(((name.removesuffix(e), u) for e, u in ENDINGS if name.endswith(e)), (name, ""))
    return f"{stem.replace('_', ' ')} {value:.4g} {unit}".strip()


def both(text: str, row: Mapping[str, object]) -> str:
    """Write a sentence, and below it what the row says of it in Chinese, where it does."""
    chinese = row.get("text_zh")
    said = f'<br><span class="soft" lang="zh">{escape(str(chinese))}</span>' if chinese else ""
    return f"{escape(text)}{said}"
