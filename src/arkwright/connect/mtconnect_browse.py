"""Suggest a signal for each data item of an agent, and examine a connection to one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import aclosing

from arkwright.connect.guess import LIKELY, SURE, Guess, guess_signal
from arkwright.connect.mtconnect_client import PORT, Client, base_url, open_client, read_settings
from arkwright.connect.mtconnect_model import UNAVAILABLE, DataItem, Model
from arkwright.connect.mtconnect_session import read_probe
from arkwright.connect.mtconnect_streams import Document, Seen, read_streams
from arkwright.connect.mtconnect_targets import AXES, condition_text
from arkwright.connect.reach import split_address, try_reach
from arkwright.core.catalog import Step, Suggestion
from arkwright.core.errors import ArkwrightError
from arkwright.core.plant import Connection
from arkwright.core.quantity import find_quantity, guess_quantities

CLOCK_LIMIT_US = 2_000_000
LONGEST_SAMPLE = 60
# Numbers among the events (MTConnect part 2, "Event types"): what they count.
NUMERIC_EVENTS = {
    "PART_COUNT": "count", "LINE_NUMBER": "count", "TOOL_OFFSET": "length", "AXIS_FEEDRATE_OVERRIDE": "ratio",
    "PATH_FEEDRATE_OVERRIDE": "ratio", "ROTARY_VELOCITY_OVERRIDE": "ratio",
}  # fmt: skip


async def browse_agent(connection: Connection) -> list[Suggestion]:
    """Suggest a signal for every data item of the agent, with what it says now.

    Raises
    ------
    SourceError
        If the agent does not answer with a device model.
    """
    async with open_client(connection, read_settings(connection)) as client:
        model = await read_probe(client)
        now = await _current(client, model)
    latest = {s.item: s for s in now.seen}
    return [s for item in model.items.values() for s in _suggest(item, latest.get(item.id))]


async def _current(client: Client, model: Model) -> Document:
    return read_streams(await client.fetch("current"), model.items)


def _suggest(item: DataItem, seen: Seen | None) -> Iterator[Suggestion]:
    said = _said(item, seen)
    guess = guess_item(item)
    kind = _kind(item)
    rate_hz = item.sample_rate_hz if kind == "waveform" else None
    if item.is_vector:
        words = said.split()
        for at, axis in enumerate(AXES):
            sample = words[at] if len(words) == len(AXES) else ""
            yield Suggestion(f"{item.id}#{axis}", f"{item.title} {axis}", guess.quantity, guess.unit,
                             guess.why, guess.confidence, kind, sample)  # fmt: skip
        return
    yield Suggestion(item.id, item.title, guess.quantity, guess.unit, guess.why, guess.confidence, kind,
                     said[:LONGEST_SAMPLE], rate_hz)  # fmt: skip


def _said(item: DataItem, seen: Seen | None) -> str:
    if seen is None:
        return ""
    if item.category == "CONDITION":
        return condition_text(seen.element)
    text = (seen.element.text or "").strip()
    return "" if text == UNAVAILABLE else text


def _kind(item: DataItem) -> str:
    if item.representation == "TIME_SERIES":
        return "waveform"
    numeric = (
        item.category == "SAMPLE" or item.type in NUMERIC_EVENTS or (item.category == "EVENT" and item.units)
    )
    return "value" if numeric and item.representation == "VALUE" else "text"


def guess_item(item: DataItem) -> Guess:
    """Guess quantity and unit of a data item from its category, type and units.

    Parameters
    ----------
    item
        Data item of the device model.

    Returns
    -------
    guess
        Quantity, unit as the house writes it, confidence and the reason.
    """
    if _kind(item) == "text":
        what = "a condition" if item.category == "CONDITION" else "an event"
        return Guess("state", "1", SURE, f"the agent declares {what} of type {item.type}: text")
    said = (item.units or item.native_units).removesuffix("_3D")
    if not said and item.type in NUMERIC_EVENTS:
        quantity = NUMERIC_EVENTS[item.type]
        unit = find_quantity(quantity).canonical
        return Guess(quantity, unit, LIKELY, f"the agent declares the type {item.type}, and no unit")
    name = f"{item.component_name} {item.sub_type} {item.type}".replace("_", " ")
    guess = guess_signal(name, unit=said)
    if guess.unit != said or guess.quantity not in guess_quantities(said):
        return guess
    return Guess(guess.quantity, find_quantity(guess.quantity).find_unit(said).name, guess.confidence,
                 _why(item, guess))  # fmt: skip


def _why(item: DataItem, guess: Guess) -> str:
    converted = item.native_units and item.units and item.native_units != item.units
    more = f"; it converts from {item.native_units} itself" if converted else ""
    return f"{guess.why}{more}"


# ------------------------------------------------------------------------------------------- self-examination
async def probe_agent(connection: Connection) -> list[Step]:
    """Try each step up to a first observation; stop at the first that fails."""
    try:
        settings = read_settings(connection)
        url = base_url(connection)
        host, port = split_address(Connection(connection.name, "", url), 443 if url[:5] == "https" else PORT)
    except ArkwrightError as error:
        return [Step("Read the settings", False, str(error))]
    steps = await try_reach(host, port, settings.timeout_s)
    if not steps[-1].passed:
        return steps
    title = "Read the device model (probe)"
    try:
        async with open_client(connection, settings) as client:
            model = await read_probe(client)
            names = ", ".join(d.name for d in model.devices)
            text = f"MTConnect {model.version}, {names}: {len(model.items)} data items"
            steps.append(Step(title, True, text))
            title = "Read the state (current)"
            now = await _current(client, model)
            steps += _state_steps(now, model.items)
            title = "Open a stream (sample)"
            steps.append(await _try_stream(client, now))
    except (ArkwrightError, OSError) as error:
        hint = "The port is open; check that it is an agent's, and the path of the URL."
        steps.append(Step(title, False, f"{error}. {hint}"))
    return steps


def _state_steps(now: Document, items: Mapping[str, DataItem]) -> list[Step]:
    alive = [s for s in now.seen if _said(items[s.item], s)]
    held = f"the buffer holds observations {now.first} to {now.last}"
    steps = [Step("Read the state (current)", True, f"{len(alive)} of {len(items)} have a value; {held}")]
    if not alive:
        hint = "everything is UNAVAILABLE: the agent runs, its adapter or the control does not"
        steps.append(Step("Find a value", False, hint))
    return steps


async def _try_stream(client: Client, now: Document) -> Step:
    title = "Open a stream (sample)"
    pace = {"interval": client.settings.interval_ms, "heartbeat": 1000}
    try:
        async with aclosing(client.stream(**{"from": now.next, "count": 1}, **pace)) as documents:
            async for _ in documents:
                return Step(title, True, "the agent streams")
    except ArkwrightError as error:
        return Step(title, False, f"{error}. It is polled instead: slower, but nothing is lost.")
    return Step(title, False, "the agent ended the stream at once. It is polled instead.")
