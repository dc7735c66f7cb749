"""Walk the address space of an OPC UA server and suggest a signal for each variable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asyncua import ua as _ua
from asyncua.client.client import Client

from arkwright.connect.guess import Guess, guess_signal
from arkwright.connect.opcua_client import Settings, close_client, explain, open_client, read_settings
from arkwright.connect.opcua_nodes import RATE_NAMES, chunks, parse_address, read_many, unit_code
from arkwright.core.catalog import Suggestion
from arkwright.core.errors import SourceError
from arkwright.core.plant import Connection

ua: Any = _ua

PER_BROWSE = 100
SERVER_OBJECT = 2253  # the server's own diagnostics: not the plant's
VARIABLE = 2
NUMERIC_TYPES = range(2, 12)  # SByte to Double (OPC 10000-6, 5.1.2)
TEXT_TYPES = {12, 21}
BOOLEAN_TYPE = 1


@dataclass
class Found:
    """A variable met on the walk: where it lies, and its properties by name."""

    node: Any
    path: tuple[str, ...]
    properties: dict[str, Any] = field(default_factory=dict)


async def browse_server(connection: Connection) -> list[Suggestion]:
    """Suggest a signal for every variable below the root that holds a reading.

    Raises
    ------
    SourceError
        If the server refuses.
    """
    settings = read_settings(connection)
    client, _ = await open_client(connection, settings)
    try:
        namespaces = await client.get_namespace_array()
        found = await walk(client, _root(settings, namespaces), settings)
        return await _suggest(client, found, namespaces)
    except ua.UaError as error:
        raise explain(error, connection, settings) from error
    finally:
        await close_client(client, settings.timeout_s)


def _root(settings: Settings, namespaces: Sequence[str]) -> Any:
    if not settings.browse_root:
        return ua.NodeId(ua.ObjectIds.ObjectsFolder)
    root = parse_address(settings.browse_root, namespaces)
    if isinstance(root, list):
        raise SourceError(f"browse_root '{settings.browse_root}'", wanted="a NodeId such as ns=2;s=Line")
    return root


async def walk(client: Client, root: Any, settings: Settings) -> list[Found]:
    """Walk breadth first from a root, down to the depth and up to the number of variables set."""
    found: list[Found] = []
    seen = {root, ua.NodeId(SERVER_OBJECT)}
    level = [Found(root, ())]
    for _ in range(settings.browse_depth):
        below: list[Found] = []
        for part in chunks(level, PER_BROWSE):
            for parent, references in zip(part, await _references(client, part), strict=True):
                below += _children(parent, references, seen, found)
        level = below
        if not level or len(found) >= settings.browse_limit:
            break
    return found[: settings.browse_limit]


def _children(parent: Found, references: Sequence[Any], seen: set[Any], found: list[Found]) -> list[Found]:
    below: list[Found] = []
    for reference in references:
        node = ua.NodeId(reference.NodeId.Identifier, reference.NodeId.NamespaceIndex)
        name = reference.BrowseName.Name or ""
        if reference.ReferenceTypeId == ua.NodeId(ua.ObjectIds.HasProperty):
            parent.properties[name] = node
        elif node not in seen:
            seen.add(node)
            child = Found(node, (*parent.path, name))
            below.append(child)
            if (
                int(reference.NodeClass_ if hasattr(reference, "NodeClass_") else reference.NodeClass)
                == VARIABLE
            ):
                found.append(child)
    return below


async def _references(client: Client, parents: Sequence[Found]) -> list[list[Any]]:
    params = ua.BrowseParameters()
    params.NodesToBrowse = [_description(parent.node) for parent in parents]
    session = client.uaclient.session
    results = await session.browse(params)
    lists = [list(result.References or []) for result in results]
    open_ends = [(at, r.ContinuationPoint) for at, r in enumerate(results) if r.ContinuationPoint]
    while open_ends:
        more = ua.BrowseNextParameters()
        more.ContinuationPoints = [point for _, point in open_ends]
        results = await session.browse_next(more)
        pairs = list(zip(open_ends, results, strict=True))
        for (at, _), result in pairs:
            lists[at] += result.References or []
        open_ends = [(at, r.ContinuationPoint) for (at, _), r in pairs if r.ContinuationPoint]
    return lists


def _description(node: Any) -> Any:
    wanted = ua.BrowseDescription()
    wanted.NodeId = node
    wanted.BrowseDirection = ua.BrowseDirection.Forward
    wanted.ReferenceTypeId = ua.NodeId(ua.ObjectIds.HierarchicalReferences)
    wanted.IncludeSubtypes = True
    wanted.NodeClassMask = ua.NodeClass.Object | ua.NodeClass.Variable
    wanted.ResultMask = ua.BrowseResultMask.All
    return wanted


async def _suggest(client: Client, found: list[Found], namespaces: Sequence[str]) -> list[Suggestion]:
    nodes = [f.node for f in found]
    values = await read_many(client, nodes)
    kinds = await read_many(client, nodes, ua.AttributeIds.DataType)
    titles = await read_many(client, nodes, ua.AttributeIds.Description)
    units = await _property(client, found, ("EngineeringUnits",))
    spans = await _property(client, found, ("EURange",))
    rates = await _property(client, found, RATE_NAMES)
    suggestions: list[Suggestion] = []
    for at, variable in enumerate(found):
        form = _form(values[at], kinds[at])
        if form:
            guess = _guess(variable, form, units[at], spans[at])
            title = getattr(titles[at], "Text", None) or " ".join(variable.path[-2:])
            rate = rates[at] if form == "waveform" and isinstance(rates[at], (int, float)) else None
            kind = form if form in {"waveform", "text"} else "value"
            address = stable_address(variable.node, namespaces)
            suggestions.append(
                Suggestion(
                    address,
                    title,
                    guess.quantity,
                    guess.unit,
                    guess.why,
                    guess.confidence,
                    kind,
                    _sample(values[at]),
                    rate,
                )
            )
    return suggestions


def stable_address(node: Any, namespaces: Sequence[str]) -> str:
    """Write a node's address so that it survives another order of the server's namespaces."""
    text: str = node.to_string()
    if not node.NamespaceIndex:
        return text
    return f"nsu={namespaces[node.NamespaceIndex]};{text.partition(';')[2]}"


async def _property(client: Client, found: Sequence[Found], names: Sequence[str]) -> list[Any]:
    places = [next((f.properties[n] for n in names if n in f.properties), None) for f in found]
    values = iter(await read_many(client, [p for p in places if p is not None]))
    return [None if place is None else next(values) for place in places]


def _form(value: Any, kind: Any) -> str:
    """Name what a variable holds: number, flag, text, waveform; empty for what is no reading."""
    if isinstance(value, list):
        numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in value)
        return "waveform" if numbers and (value or _is_type(kind, NUMERIC_TYPES)) else ""
    if isinstance(value, bool) or _is_type(kind, {BOOLEAN_TYPE}):
        return "flag"
    if isinstance(value, (int, float)) or _is_type(kind, NUMERIC_TYPES):
        return "number"
    if isinstance(value, (str, ua.LocalizedText)) or _is_type(kind, TEXT_TYPES):
        return "text"
    return ""


def _is_type(kind: Any, types: Any) -> bool:
    return kind is not None and kind.NamespaceIndex == 0 and kind.Identifier in types


def _guess(variable: Found, form: str, unit: Any, span: Any) -> Guess:
    return guess_signal(
        ".".join(variable.path[-2:]),
        unit=getattr(getattr(unit, "DisplayName", None), "Text", None) or "",
        code=unit_code(unit) if unit is not None else "",
        is_text=form == "text",
        is_flag=form == "flag",
        span=(float(span.Low), float(span.High)) if span is not None and hasattr(span, "Low") else None,
    )


def _sample(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return f"{len(value)} samples"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(getattr(value, "Text", value) or "")[:80]
