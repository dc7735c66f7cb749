"""Documents that an MTConnect agent answers with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from lxml import etree

from arkwright.connect.mtconnect_buffer import Condition, Observation, TimeSeries
from arkwright.connect.mtconnect_model import UNAVAILABLE, DataItem, Element, Model, local, pascal

_GROUPS = {"SAMPLE": "Samples", "EVENT": "Events", "CONDITION": "Condition"}
_ORDER = ("Samples", "Events", "Condition")
_FIRST_TYPED_ERRORS = (2, 6)  # from here on an error is an element of its own, not a code in an attribute


class RequestError(Exception):
    """A request that the agent refuses, with the code of the standard and the parameter it is about."""

    def __init__(self, code: str, text: str, parameter: str = "", status: int = 400) -> None:
        self.code, self.text, self.parameter, self.status = code, text, parameter, status
        super().__init__(f"{code}: {text}")


@dataclass(frozen=True)
class Head:
    """Header of every answer: who speaks, and what the buffer holds."""

    version: str
    instance_id: int
    sender: str
    buffer_size: int
    started: str
    first: int = 0
    last: int = 0
    next: int = 0


def now_text() -> str:
    """Write the time now as MTConnect does."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _version(text: str) -> tuple[int, int]:
    major, _, minor = text.partition(".")
    return int(major or 1), int(minor or 0)


def _document(kind: str, head: Head, extra: Mapping[str, str]) -> Element:
    space = f"urn:mtconnect.org:MTConnect{kind}:{head.version}"
    root = etree.Element(f"{{{space}}}MTConnect{kind}", nsmap={None: space, "m": space})
    stated = {
        "creationTime": now_text(),
        "sender": head.sender,
        "instanceId": str(head.instance_id),
        "version": head.version,
        "bufferSize": str(head.buffer_size),
    }
    if _version(head.version) >= (1, 7):
        stated["deviceModelChangeTime"] = head.started
    etree.SubElement(root, f"{{{space}}}Header", {**stated, **extra})
    return root


def write_devices(source: Element, head: Head, device: str) -> bytes:
    """Write the device model of one device, or of all, with the agent's own header."""
    extra = {"assetBufferSize": "1", "assetCount": "0"}
    root = _document("Devices", head, extra)
    space = etree.QName(root).namespace
    group = etree.SubElement(root, f"{{{space}}}Devices")
    for entry in source:
        if local(entry) == "Devices":
            group.extend(deepcopy(d) for d in entry if device in ("", d.get("name")))
    return _text(root)


def write_streams(model: Model, observations: Iterable[Observation], head: Head) -> bytes:
    """Write observations, grouped by device and component as the standard wants them."""
    extra = {"nextSequence": str(head.next), "firstSequence": str(head.first), "lastSequence": str(head.last)}
    root = _document("Streams", head, extra)
    space = str(etree.QName(root).namespace)
    streams = etree.SubElement(root, f"{{{space}}}Streams")
    rows = [(model.items[o.item], o) for o in observations]
    rows.sort(key=lambda row: (row[0].device, row[0].component_id, _place(row[0]), row[1].sequence))
    uuids = {d.name: d.uuid for d in model.devices}
    for device, inside in groupby(rows, key=lambda row: row[0].device):
        stream = etree.SubElement(streams, f"{{{space}}}DeviceStream", name=device, uuid=uuids[device])
        for _, part in groupby(inside, key=lambda row: row[0].component_id):
            _component(stream, list(part), space)
    return _text(root)


def _place(item: DataItem) -> int:
    return _ORDER.index(_GROUPS[item.category])


def _component(stream: Element, rows: list[tuple[DataItem, Observation]], space: str) -> None:
    first = rows[0][0]
    stated = {"component": first.component, "componentId": first.component_id}
    if first.component_name:
        stated["name"] = first.component_name
    made = etree.SubElement(stream, f"{{{space}}}ComponentStream", stated)
    for place, part in groupby(rows, key=lambda row: _place(row[0])):
        group = etree.SubElement(made, f"{{{space}}}{_ORDER[place]}")
        for item, seen in part:
            _observation(group, item, seen, space)


def _observation(group: Element, item: DataItem, seen: Observation, space: str) -> None:
    stated = {"dataItemId": item.id, "timestamp": seen.time, "sequence": str(seen.sequence)}
    stated |= {"name": item.name} if item.name else {}
    stated |= {"subType": item.sub_type} if item.sub_type else {}
    stated |= {"compositionId": item.composition} if item.composition else {}
    value = seen.value
    if item.category == "CONDITION" and isinstance(value, Condition):
        _condition(group, item, value, stated, space)
        return
    stated |= {"statistic": item.statistic} if item.statistic else {}
    made = etree.SubElement(group, f"{{{space}}}{item.element_name}", stated)
    if isinstance(value, TimeSeries):
        made.set("sampleCount", str(len(value.values)))
        made.set("sampleRate", repr(value.rate_hz))
        made.text = " ".join(map(repr, value.values))
    elif isinstance(value, Mapping):
        made.set("count", str(len(value)))
        for key, text in value.items():
            etree.SubElement(made, f"{{{space}}}Entry", key=key).text = text
    else:
        made.text = str(value)
        if item.representation == "TIME_SERIES" and value == UNAVAILABLE:
            made.set("sampleCount", "0")
        if item.representation in ("DATA_SET", "TABLE") and value == UNAVAILABLE:
            made.set("count", "0")


def _condition(group: Element, item: DataItem, value: Condition, stated: dict[str, str], space: str) -> None:
    told = {"nativeCode": value.code, "nativeSeverity": value.severity, "qualifier": value.qualifier}
    made = etree.SubElement(group, f"{{{space}}}{value.level.capitalize()}", {**stated, "type": item.type})
    for name, text in told.items():
        if text:
            made.set(name, text)
    made.text = value.text or None


def write_error(error: RequestError, head: Head, uri: str) -> bytes:
    """Write why a request is refused, in the form that the version of the document has for it."""
    root = _document("Error", head, {})
    space = etree.QName(root).namespace
    group = etree.SubElement(root, f"{{{space}}}Errors")
    if _version(head.version) < _FIRST_TYPED_ERRORS:
        etree.SubElement(group, f"{{{space}}}Error", errorCode=error.code).text = error.text
        return _text(root)
    made = etree.SubElement(group, f"{{{space}}}{_typed(error)}")
    etree.SubElement(made, f"{{{space}}}URI").text = uri
    etree.SubElement(made, f"{{{space}}}ErrorMessage").text = error.text
    if error.parameter and error.code != "INVALID_XPATH":  # which has no place for it
        etree.SubElement(made, f"{{{space}}}QueryParameter", name=error.parameter)
    return _text(root)


def _typed(error: RequestError) -> str:
    if error.code == "INVALID_REQUEST" and error.parameter:
        return "InvalidParameterValue"  # an invalid request as a whole has no place for the parameter
    return {"INVALID_XPATH": "InvalidXPath", "INVALID_URI": "InvalidURI"}.get(error.code, pascal(error.code))


def _text(root: Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
