"""Step an area at the pace of the wall clock."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from arkwright.app.demo.areas.rows import Area, State, Tick, Value
from arkwright.app.demo.clock import Clock


async def run_area(area: Area[State], clock: Clock) -> AsyncIterator[tuple[datetime, dict[str, Value]]]:
    """Step an area for ever on its grid; after a stall the missed ticks come at once, none is left out.

    Process time runs as many times as fast as the wall as the speed-up says.

    Yields
    ------
    time, values
        The grid time of each tick and the values that are new in it.
    """
    timeline, state, number = clock.timeline(), area.start(), 0
    while True:
        time = clock.time_of(number, area.period_s)
        tick = Tick(number, area.period_s * clock.speed, timeline.severities(time), clock.seed)
        await asyncio.sleep(max(0.0, (time - datetime.now(UTC)).total_seconds()))
        # In a thread: a vibration record takes tens of milliseconds that clients would wait for an answer.
        state, values = await asyncio.to_thread(area.step, state, tick)
        yield time, values
        number += 1
