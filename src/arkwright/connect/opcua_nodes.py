"""Find the nodes of declared signals, and what the server says of them: unit, states, sample rate."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from asyncua import ua as _ua
from asyncua.client.client import Client

from arkwright.connect.guess import CODES, match_unit
from arkwright.core.catalog import Inlet
from arkwright.core.errors import SourceError, UnitError
from arkwright.core.plant import Signal
from arkwright.core.quantity import Unit, find_quantity

ua: Any = _ua
Thing = TypeVar("Thing")

PER_CALL = 500  # servers limit the operations of one call; 500 is below every limit met
LEAST_QUEUE = 50
UNIT_NAME = "EngineeringUnits"
RATE_NAMES = (
    "SampleRate",
    "SamplingRate",
    "SampleFrequency",
    "SamplingFrequency",
    "SampleRateHz",
    "rate_hz",
    "fs",
)
SPEED_NAMES = ("SpeedRpm", "speed_rpm", "RotationalSpeed", "Speed", "Rpm", "rpm")


@dataclass(frozen=True)
class Item:
    """A signal with its node: how its values become canonical, and where its rate and speed are told.

    ``factor`` and ``offset`` lead to ``canonical``; ``speed_factor`` from the speed's own unit to rpm. [1]
    """

    signal: Signal
    node: Any
    factor: float = 1.0
    offset: float = 0.0
    canonical: str = ""
    labels: Mapping[int, str] = field(default_factory=dict)
    rate_node: Any = None
    speed_node: Any = None
    speed_factor: float = 1.0


def chunks(things: Sequence[Thing], n: int = PER_CALL) -> Iterator[Sequence[Thing]]:
    """Yield the things in order, at most ``n`` at a time. [1]"""
    for at in range(0, len(things), n):
        yield things[at : at + n]


def parse_address(address: str, namespaces: Sequence[str]) -> Any:
    """Read an address: a NodeId, or a list of QualifiedNames where it is a browse path.

    Parameters
    ----------
    address
        ``ns=2;s=Name``, ``nsu=urn:maker:plc;s=Name``, ``i=2258``, or a path ``/Objects/2:Line/2:Speed``.
    namespaces
        The server's namespaces, in order.

    Returns
    -------
    place
        ``NodeId``, or a list of ``QualifiedName`` below the root.

    Raises
    ------
    SourceError
        If it is none of these, or the namespace is not the server's.
    """
    try:
        if "/" in address[:1] or re.match(r"(\d+:)?Objects/", address):
            steps = re.split(r"(?<!&)/", address.strip("/"))
            return [ua.QualifiedName.from_string(re.sub(r"&(.)", r"\1", step)) for step in steps]
        return ua.NodeId.from_string(_indexed(address, namespaces))
    except (ua.UaError, ValueError, TypeError) as error:
        raise SourceError(
            f"address '{address}'", wanted="ns=2;s=Name, nsu=URI;s=Name or /Objects/2:Line/2:Name"
        ) from error


def _indexed(address: str, namespaces: Sequence[str]) -> str:
    if not address.startswith("nsu="):
        return address
    uri, _, rest = address.removeprefix("nsu=").partition(";")
    if uri not in namespaces:
        raise SourceError(f"namespace '{uri}'", wanted="one of " + ", ".join(namespaces), where=address)
    return f"ns={namespaces.index(uri)};{rest}"


async def find_items(client: Client, signals: Sequence[Signal], inlet: Inlet) -> list[Item]:
    """Find every signal that the server has, in the unit declared; the others are refused one by one."""
    nodes = await _find_nodes(client, signals, inlet)
    units = await read_units(client, list(nodes.values()))
    items: list[Item] = []
    for signal in signals:
        node = nodes.get(signal.name)
        if node is not None and (unit := _agree(signal, units.get(node), inlet)):
            canonical = find_quantity(signal.quantity).canonical
            items.append(Item(signal, node, unit.factor, unit.offset, canonical))
    return await _add_companions(client, await _add_labels(client, items), inlet)


async def _find_nodes(client: Client, signals: Sequence[Signal], inlet: Inlet) -> dict[str, Any]:
    namespaces = await client.get_namespace_array()
    nodes: dict[str, Any] = {}
    paths: list[tuple[Signal, Any]] = []
    for signal in signals:
        try:
            place = parse_address(signal.address, namespaces)
        except SourceError as error:
            inlet.refuse(
                signal.name, error.found, wanted=error.wanted, fix="Correct the address in signals.csv."
            )
            continue
        if isinstance(place, list):
            paths.append((signal, place))
        else:
            nodes[signal.name] = place
    found = await follow_paths(client, [(ua.NodeId(ua.ObjectIds.RootFolder), path) for _, path in paths])
    for (signal, _), node in zip(paths, found, strict=True):
        if node is None:
            _refuse_unknown(signal, inlet)
        else:
            nodes[signal.name] = node
    return nodes


def _refuse_unknown(signal: Signal, inlet: Inlet, status: str = "") -> None:
    inlet.refuse(
        signal.name,
        f"no node '{signal.address}' at the server{f' ({status})' if status else ''}",
        wanted="an address the server has",
        fix="Browse the server and correct the address in signals.csv.",
    )


async def follow_paths(client: Client, paths: Sequence[tuple[Any, Sequence[Any]]]) -> list[Any]:
    """Follow browse paths from their starting nodes; None where one leads nowhere."""
    found: list[Any] = []
    for part in chunks(paths):
        results = await client.uaclient.session.translate_browsepaths_to_nodeids([_path(*p) for p in part])
        for result in results:
            ok = result.StatusCode.is_good() and result.Targets
            found.append(_plain(result.Targets[0].TargetId) if ok else None)
    return found


def _path(start: Any, names: Sequence[Any]) -> Any:
    steps = [
        ua.RelativePathElement(ua.NodeId(ua.ObjectIds.HierarchicalReferences), False, True, name)
        for name in names
    ]
    return ua.BrowsePath(start, ua.RelativePath(steps))


def _plain(node: Any) -> Any:
    return ua.NodeId(node.Identifier, node.NamespaceIndex)


async def read_many(client: Client, nodes: Sequence[Any], attribute: Any = None) -> list[Any]:
    """Read one attribute of many nodes, the value if none is named; None where it cannot be read."""
    found: list[Any] = []
    for part in chunks(nodes):
        which = ua.AttributeIds.Value if attribute is None else attribute
        results = await client.uaclient.session.read_attributes(list(part), which)
        found += [
            None if r.StatusCode is None or r.StatusCode.is_bad() or r.Value is None else r.Value.Value
            for r in results
        ]
    return found


async def read_units(client: Client, nodes: Sequence[Any]) -> dict[Any, tuple[str, ...]]:
    """Read the engineering unit of each node that has one, in every form the server writes it."""
    wanted = ua.QualifiedName(UNIT_NAME, 0)
    places = await follow_paths(client, [(node, [wanted]) for node in nodes])
    having = [(node, place) for node, place in zip(nodes, places, strict=True) if place is not None]
    values = await read_many(client, [place for _, place in having])
    return {node: unit_names(v) for (node, _), v in zip(having, values, strict=True) if v is not None}


def unit_names(unit: Any) -> tuple[str, ...]:
    """Return what an EUInformation calls its unit: as displayed, and by its common code."""
    display = getattr(getattr(unit, "DisplayName", None), "Text", None) or ""
    return tuple(filter(None, (display, CODES.get(unit_code(unit), ""))))


def unit_code(unit: Any) -> str:
    """Unpack the common code of an EUInformation, empty where it has none (OPC 10000-8, 5.6.3.3)."""
    number = getattr(unit, "UnitId", -1) or -1
    if not 0 < number < 1 << 24:
        return ""
    return number.to_bytes(3, "big").lstrip(b"\0").decode("ascii", "replace")


def _agree(signal: Signal, told: tuple[str, ...] | None, inlet: Inlet) -> Unit | None:
    """Return the declared unit, or refuse the signal where the server writes another."""
    try:
        declared = signal.declared_unit()
    except UnitError as error:
        inlet.refuse(signal.name, error.found, wanted=error.wanted, fix=error.fix)
        return None
    unit, stranger = match_unit(signal.quantity, told or ())
    same = unit is None or (unit.factor, unit.offset) == (declared.factor, declared.offset)
    if same and not stranger:
        return declared
    written = unit.name if unit else stranger
    inlet.refuse(
        signal.name,
        f"the server writes the unit '{written}'",
        wanted=f"'{signal.unit}', as signals.csv declares",
        fix=f"Write '{written}' in signals.csv, or correct the server; nothing is stored until they agree.",
    )
    return None


async def _add_labels(client: Client, items: list[Item]) -> list[Item]:
    """Find the names of an enumeration's states, for signals that want text."""
    texts = [item for item in items if item.signal.kind == "text"]
    kinds = await read_many(client, [item.node for item in texts], ua.AttributeIds.DataType)
    labels: dict[str, Mapping[int, str]] = {}
    for item, kind in zip(texts, kinds, strict=True):
        for home in filter(None, (item.node, kind)):
            names = [ua.QualifiedName(name, 0) for name in ("EnumStrings", "EnumValues")]
            places = [p for p in await follow_paths(client, [(home, [n]) for n in names]) if p is not None]
            for value in await read_many(client, places):
                labels.setdefault(item.signal.name, _labels(value or []))
    return [_with(item, labels=labels.get(item.signal.name, {})) for item in items]


def _labels(values: Iterable[Any]) -> dict[int, str]:
    found: dict[int, str] = {}
    for at, value in enumerate(values):
        if isinstance(value, ua.EnumValueType):
            found[int(value.Value)] = value.DisplayName.Text or ""
        elif isinstance(value, ua.LocalizedText):
            found[at] = value.Text or ""
    return found


async def _add_companions(client: Client, items: list[Item], inlet: Inlet) -> list[Item]:
    """Find where the rate and the speed of waveforms are told; a waveform without rate is refused."""
    kept: list[Item] = []
    for item in items:
        if item.signal.kind != "waveform":
            kept.append(item)
            continue
        rate = None if item.signal.rate_hz else await _beside(client, item.node, RATE_NAMES)
        if rate is None and not item.signal.rate_hz:
            inlet.refuse(
                item.signal.name,
                "no sample rate",
                wanted="rate_hz in signals.csv, or a property SampleRate",
                fix="Write rate_hz; without it no frequency can be told.",
            )
            continue
        speed = await _beside(client, item.node, SPEED_NAMES)
        factor = await _speed_factor(client, speed) if speed is not None else 1.0
        kept.append(_with(item, rate_node=rate, speed_node=speed, speed_factor=factor))
    return kept


async def _beside(client: Client, node: Any, names: Sequence[str]) -> Any:
    """Find a property of the node, or else a neighbour of it, by any of the names."""
    spaces = dict.fromkeys((node.NamespaceIndex, 0))
    wanted = [ua.QualifiedName(name, space) for name in names for space in spaces]
    parent = await client.get_node(node).get_parent()
    homes = [node] if parent is None else [node, parent.nodeid]
    paths = [(home, [name]) for home in homes for name in wanted]
    return next((place for place in await follow_paths(client, paths) if place is not None), None)


async def _speed_factor(client: Client, node: Any) -> float:
    told = (await read_units(client, [node])).get(node, ())
    unit, _ = match_unit("rotational_speed", told)
    return unit.factor if unit else 1.0


def _with(item: Item, **changes: Any) -> Item:
    return replace(item, **changes)


@dataclass(frozen=True)
class Monitored:
    """What a server made of a wish to monitor: the status that it failed with, else the terms it grants.

    ``queue`` values are kept between two messages [1]; changes within ``sampling_ms`` may be joined. [ms]
    """

    failure: str
    queue: int
    sampling_ms: float


async def subscribe(
    client: Client, subscription: int, nodes: Sequence[Any], sampling_ms: float, queue: int
) -> list[Monitored]:
    """Monitor nodes under handles that count from 0; say what the server made of each.

    Parameters
    ----------
    client
        Client with an open session.
    subscription
        Identifier of the subscription. [1]
    nodes
        Nodes to monitor.
    sampling_ms
        Time between two samples at the server. [ms]
    queue
        Values kept for each node between two messages. [1]

    Returns
    -------
    monitored
        One for each node, in order.
    """
    monitored: list[Monitored] = []
    for part in chunks(list(enumerate(nodes))):
        params = ua.CreateMonitoredItemsParameters()
        params.SubscriptionId = subscription
        params.TimestampsToReturn = ua.TimestampsToReturn.Source
        params.ItemsToCreate = [_monitored(handle, node, sampling_ms, queue) for handle, node in part]
        results = await client.uaclient.session.create_monitored_items(params)
        monitored += [_outcome(result) for result in results]
    return monitored


def _outcome(result: Any) -> Monitored:
    failure = "" if result.StatusCode.is_good() else result.StatusCode.name
    return Monitored(failure, int(result.RevisedQueueSize), float(result.RevisedSamplingInterval))


def _monitored(handle: int, node: Any, sampling_ms: float, queue: int) -> Any:
    request = ua.MonitoredItemCreateRequest()
    request.ItemToMonitor.NodeId = node
    request.ItemToMonitor.AttributeId = ua.AttributeIds.Value
    request.MonitoringMode = ua.MonitoringMode.Reporting
    request.RequestedParameters.ClientHandle = handle
    request.RequestedParameters.SamplingInterval = sampling_ms
    request.RequestedParameters.QueueSize = queue
    request.RequestedParameters.DiscardOldest = True
    return request


def refuse_failed(items: Sequence[Item], monitored: Sequence[Monitored], inlet: Inlet) -> None:
    """Refuse each signal that the server does not monitor, and tell of those it keeps too few values of."""
    short: list[str] = []
    for item, outcome in zip(items, monitored, strict=False):
        if outcome.failure:
            _refuse_unknown(item.signal, inlet, outcome.failure)
        elif outcome.queue < LEAST_QUEUE and item.signal.kind != "waveform":
            short.append(item.signal.name)
    if short:
        least = min(m.queue for m in monitored if not m.failure)
        inlet.refuse(
            short[0],
            f"the server keeps only {least} values between two messages of it"
            + f" and of {len(short) - 1} more signals" * (len(short) > 1),
            wanted=f"{LEAST_QUEUE} or more",
            fix="Raise the queue limit of the server: values that come faster are lost there without a word.",
        )
