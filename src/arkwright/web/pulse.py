"""How the plant and Arkwright itself do, looked up once a tick for all pages."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from arkwright.core.errors import ArkwrightError
from arkwright.core.feed import Card, rank
from arkwright.core.finding import BANDS, Band
from arkwright.runtime.line import Line
from arkwright.web.page import Language
from arkwright.web.words import pick, write_age, write_number

if TYPE_CHECKING:
    from arkwright.app.plant import Plant

CARDS_EVERY_S = 2.0
RATE_OVER_S = 10.0
Figure = tuple[str, str]  # text, and the state that it is shown in
LINE_WORDS: Mapping[str, tuple[str, str, str]] = {
    "running": ("running", "运行中", "ok"), "connecting": ("connecting", "正在连接", "watch"),
    "waiting": ("waiting", "等待中", "watch"), "silent": ("silent", "无响应", "act"), "lost": ("lost", "已断开", "act"),
}  # fmt: skip
BAND_WORDS: Mapping[Band, tuple[str, str]] = {
    "stop": ("Stop", "停机"), "act": ("Act", "处理"), "watch": ("Watch", "关注"), "none": ("Note", "提示"),
}  # fmt: skip


class Pulse:
    """What is looked up for all pages together."""

    def __init__(self, plant: Plant, clock: Callable[[], float] = time.monotonic) -> None:
        self.plant = plant
        self.clock = clock
        self.cards: tuple[Card, ...] = ()
        self.error = ""
        self._looked = float("-inf")
        self._counts: deque[tuple[float, dict[str, int]]] = deque()

    async def look(self) -> bool:
        """Look at the plant; say whether the open cards changed."""
        now = self.clock()
        self._counts.append((now, {name: line.health.readings for name, line in self.plant.lines.items()}))
        while len(self._counts) > 2 and now - self._counts[0][0] > RATE_OVER_S:
            self._counts.popleft()
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
        with self.plant.ledger.view() as view:
            return rank(view.cards(("open",)))

    def rate(self, line: str) -> float:
        """Return how many readings a connection brings, over the last ten seconds. [1/s]"""
        if len(self._counts) < 2:
            return 0.0
        (began, first), (ended, last) = self._counts[0], self._counts[-1]
        return max(0, last.get(line, 0) - first.get(line, 0)) / max(ended - began, 1e-9)

    # ----------------------------------------------------------------------------------------- in words
    def figures(self, language: Language) -> dict[str, Figure]:
        """Return every figure of the plant by name, in a language."""
        found = {"site/worst": worst_words(self.cards, language), "feed/count": self._count()}
        for name, line in self.plant.lines.items():
            found |= {f"connection/{name}/{key}": f for key, f in self._line(name, line, language).items()}
        return found | self._intake(language) | {"connections/alive": self._alive(language)}

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
