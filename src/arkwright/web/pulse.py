"""How the plant and Arkwright itself do, looked up once a tick for all pages."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from arkwright.app.uses import ranked
from arkwright.core.errors import ArkwrightError
from arkwright.core.feed import Card
from arkwright.core.finding import BANDS, Band
from arkwright.core.tables import to_us
from arkwright.runtime.line import Line
from arkwright.web.page import Figure, Language
from arkwright.web.words import pick, write_age, write_number

if TYPE_CHECKING:
    from arkwright.app.plant import Plant

CARDS_EVERY_S = 2.0
SIZE_EVERY_S = 20.0
RATE_OVER_S = 10.0
MOST_SIGNALS = 2000  # looked at for the state of one asset and what is below it
LINE_WORDS: Mapping[str, tuple[str, str, str]] = {
    "running": ("running", "运行中", "ok"),
    "connecting": ("connecting", "正在连接", "watch"),
    "waiting": ("waiting", "等待中", "watch"),
    "silent": ("silent", "无响应", "act"),
    "lost": ("lost", "已断开", "act"),
}
CHECK_WORDS: Mapping[str, tuple[str, str, str]] = {
    "failing": ("failing", "出错", "act"),
    "lagging": ("behind", "滞后", "watch"),
    "judging": ("judging", "判断中", "ok"),
    "waiting": ("waiting for its turn", "等待下一轮", "ok"),
}
BAND_WORDS: Mapping[Band, tuple[str, str]] = {
    "stop": ("Stop", "停机"),
    "act": ("Act", "处理"),
    "watch": ("Watch", "关注"),
    "none": ("Note", "提示"),
}


class Pulse:
    """What is looked up for all pages together."""

    def __init__(self, plant: Plant, clock: Callable[[], float] = time.monotonic) -> None:
        self.plant = plant
        self.clock = clock
        self.cards: tuple[Card, ...] = ()
        self.error = ""
        self._looked = self._measured = float("-inf")
        self._size = 0
        self._below: dict[str, frozenset[str]] = {}
        self._children: dict[str, list[str]] = {}
        for asset in plant.site.assets.values():
            self._children.setdefault(asset.parent, []).append(asset.name)
        self._counts: deque[tuple[float, dict[str, int]]] = deque()

    async def look(self) -> bool:
        """Look at the plant; say whether the open cards changed."""
        now = self.clock()
        self._counts.append((now, {name: line.health.readings for name, line in self.plant.lines.items()}))
        while len(self._counts) > 2 and now - self._counts[0][0] > RATE_OVER_S:
            self._counts.popleft()
        if now - self._measured > SIZE_EVERY_S:
            self._measured = now
            self._size = await asyncio.to_thread(size_of, self.plant.lake.folder)
        if now - self._looked < CARDS_EVERY_S:
            return False
        self._looked = now
        return await self._look_at_cards()

    async def _look_at_cards(self) -> bool:
        try:
            cards = tuple(await asyncio.to_thread(self._open_cards))
        except ArkwrightError as error:
            self.error = str(error)
            return False
        self.error = ""
        changed, self.cards = cards != self.cards, cards
        return changed

    def _open_cards(self) -> list[Card]:
        return ranked(self.plant.ledger, self.plant.now())

    def rate(self, line: str) -> float:
        """Return how many readings a connection brings, over the last ten seconds. [1/s]"""
        if len(self._counts) < 2:
            return 0.0
        (began, first), (ended, last) = self._counts[0], self._counts[-1]
        return max(0, last.get(line, 0) - first.get(line, 0)) / max(ended - began, 1e-9)

    # ----------------------------------------------------------------------------------------- in words
    def figures(self, language: Language, names: Iterable[str]) -> dict[str, Figure]:
        """Return the figures of these names, in a language; names that mean nothing here are left out."""
        found = (
            {
                "site/worst": worst_words(self.cards, language),
                "site/line": self._line_of_site(language),
                "site/detail": (self._detail_of_site(language), ""),
                "feed/count": self._count(),
                "connections/alive": self._alive(language),
            }
            | self._intake(language)
            | self._checks(language)
        )
        wanted = set(names)
        for name in {part[1] for part in (n.split("/") for n in wanted) if part[0] == "connection"}:
            if name in self.plant.lines:
                line = self._line(name, self.plant.lines[name], language)
                found |= {f"connection/{name}/{key}": figure for key, figure in line.items()}
        for asset in (n.removeprefix("asset/") for n in wanted if n.startswith("asset/")):
            if asset in self.plant.site.assets:
                found[f"asset/{asset}"] = self.asset_words(asset, language)
        return {name: figure for name, figure in found.items() if name in wanted}

    def asset_words(self, asset: str, language: Language) -> Figure:
        """Say the state of an asset and all below it: its worst card, else whether its signals come."""
        below = self.below(asset)
        worst = worst_band(c for c in self.cards if c.asset in below)
        if worst != "none":
            return pick(language, *BAND_WORDS[worst]), worst
        now_us = to_us(self.plant.now())
        signals = [s.name for a in below for s in self.plant.site.assets[a].signals][:MOST_SIGNALS]
        old = sum(self.plant.live.value(name, now_us).state == "stale" for name in signals)
        if old:
            return pick(language, "Stale", "过时"), "stale"
        return pick(language, "Normal", "正常"), "ok"

    def below(self, asset: str) -> frozenset[str]:
        """Return an asset and all assets below it."""
        if asset not in self._below:
            found, at = {asset}, [asset]
            while at:
                at = [
                    child for parent in at for child in self._children.get(parent, ()) if child not in found
                ]
                found.update(at)
            self._below[asset] = frozenset(found)
        return self._below[asset]

    def _line_of_site(self, language: Language) -> Figure:
        """Say the state of the whole site in one line: the worst card, and how many more there are."""
        if not self.cards:
            lost = [name for name, line in self.plant.lines.items() if not line.is_alive()]
            if lost:
                names = ", ".join(lost)
                return pick(language, f"No word from {names}", f"{names} 无响应"), "stale"
            return pick(language, "Nothing abnormal", "无异常"), "ok"
        first, more = self.cards[0], len(self.cards) - 1
        title = card_title(first, language)
        return title + (pick(language, f", and {more} more", f",另有 {more} 项") if more else ""), first.band

    def _detail_of_site(self, language: Language) -> str:
        site = self.plant.site
        n = sum(bool(a.signals) for a in site.assets.values())
        counts = pick(
            language, f"{n} assets, {len(site.signals)} signals", f"{n} 台资产,{len(site.signals)} 个信号"
        )
        if not self.cards or self.cards[0].asset not in site.assets:
            return counts
        card, asset = self.cards[0], site.assets[self.cards[0].asset]
        age = write_age((self.plant.now() - card.since).total_seconds(), language)
        where = pick(language, asset.title or asset.name, asset.title_zh)
        place = [] if where in card_title(card, language) else [where]
        return " · ".join([*place, pick(language, f"since {age} ago", f"{age}前起"), counts])

    def _checks(self, language: Language) -> dict[str, Figure]:
        found: dict[str, Figure] = {}
        for name, row in checks_of(self.plant.judging.status()).items():
            en, zh, look = CHECK_WORDS[row["state"]]
            failed = "; ".join(f"{asset}: {why}" for asset, why in row["failed"].items())
            error = row["error"] or failed
            found |= {
                f"check/{name}/state": (pick(language, en, zh), look),
                f"check/{name}/lag": (write_age(row["lag_s"], language), look if look == "watch" else ""),
                f"check/{name}/ticks": (f"{row['ticks']:,}", ""),
                f"check/{name}/findings": (f"{row['findings']:,}", ""),
                f"check/{name}/error": (error, "act" if error else ""),
            }
        failing = [
            name for name, row in checks_of(self.plant.judging.status()).items() if row["state"] == "failing"
        ]
        if failing:
            text = pick(language, f"failing: {', '.join(failing)}", f"出错:{', '.join(failing)}")
            return found | {"checks/state": (text, "act")}
        return found | {"checks/state": (pick(language, "no check fails", "检查均正常"), "ok")}

    def _count(self) -> Figure:
        worst = worst_band(self.cards)
        return (str(len(self.cards)), "ok" if worst == "none" else worst) if self.cards else ("", "")

    def _alive(self, language: Language) -> Figure:
        lines = self.plant.lines.values()
        n = sum(line.is_alive() for line in lines)
        text = pick(language, f"{n} of {len(lines)} alive", f"{len(lines)} 个连接中 {n} 个正常")
        return text, "ok" if n == len(lines) else "act"

    def _line(self, name: str, line: Line, language: Language) -> dict[str, Figure]:
        state, health = line.state(), line.health
        en, zh, look = LINE_WORDS[state]
        error = health.error if state != "running" else ""
        wait = f"{health.wait_s:.3g} s" if state == "lost" else ""
        return {
            "state": (pick(language, en, zh), look),
            "beat": (write_age(line.beat_age_s(), language), look),
            "rate": (write_number(self.rate(name), digits=1), ""),
            "sessions": (f"{health.sessions:,}", ""),
            "batches": (f"{health.batches:,}", ""),
            "readings": (f"{health.readings:,}", ""),
            "refusals": (f"{health.refusals:,}", "watch" if health.refusals else ""),
            "gaps": (f"{health.gaps:,}", "watch" if health.gaps else ""),
            "wait": (wait, ""),
            "error": (error, look if error else ""),
        }

    def _intake(self, language: Language) -> dict[str, Figure]:
        intake = self.plant.intake
        fill = intake.fill
        look = "act" if fill > 0.9 else "watch" if fill > 0.5 else "ok"
        held = self.plant.live.committed_us / 1e6
        age = None if not held else self.plant.now().timestamp() - held
        return {
            "intake/fill": (f"{100 * fill:.0f} %", look),
            "intake/commits": (f"{intake.commits:,}", ""),
            "intake/commit": (write_age(age, language), "act" if intake.error else ""),
            "intake/error": (intake.error, "act" if intake.error else ""),
            "history/size": (write_size(self._size), ""),
        }


def worst_band(cards: Iterable[Card]) -> Band:
    """Return the worst band of some cards."""
    return max((c.band for c in cards), key=BANDS.index, default="none")


def worst_words(cards: Iterable[Card], language: Language) -> Figure:
    """Say the state of the site in a few words."""
    listed = list(cards)
    worst = worst_band(listed)
    n = sum(c.band == worst for c in listed)
    if worst == "none":
        return pick(language, "Nothing abnormal", "无异常"), "ok"
    en, zh = BAND_WORDS[worst]
    return pick(language, f"{n} × {en}", f"{n} 项{zh}"), worst


def card_title(card: Card, language: Language) -> str:
    """Return the title of a card in a language, where it has one in that language."""
    return pick(language, card.title, str(card.payload.get("title_zh", "")))


def checks_of(status: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return how each check does, as judging tells."""
    checks: Mapping[str, Mapping[str, Any]] = status.get("checks", {})
    return checks


def size_of(folder: Path) -> int:
    """Return how many bytes the files below a folder take; files that go meanwhile count nothing."""
    total = 0
    for home, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += Path(home, name).stat().st_size
    return total


def write_size(n_bytes: int) -> str:
    """Write a number of bytes in the largest unit that fits."""
    for power, unit in ((4, "TB"), (3, "GB"), (2, "MB"), (1, "kB")):
        if n_bytes >= 1000**power:
            return f"{n_bytes / 1000**power:.3g} {unit}"
    return f"{n_bytes} B"
