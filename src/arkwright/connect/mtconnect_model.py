"""The device model of an MTConnect agent: data items with their place, read from a Devices document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any

from lxml import etree

from arkwright.core.errors import SourceError

Element = Any  # lxml has no types of its own
UNAVAILABLE = "UNAVAILABLE"
_LARGEST_BYTES = 256 * 1024 * 1024
# Words that the standard does not write in PascalCase (element names of MTConnectStreams 2.7).
_WORDS = {"PH": "PH", "AC": "AC", "DC": "DC", "URI": "URI", "MTCONNECT": "MTConnect"}
_SUFFIXES = {"TIME_SERIES": "TimeSeries", "DATA_SET": "DataSet", "TABLE": "Table"}


@dataclass(frozen=True)
class DataItem:
    """One data item: what it is, where it hangs, and in which unit it comes.

    ``sample_rate_hz`` [Hz] is that of a time series, None where the model states none.
    """

    id: str
    category: str
    type: str
    name: str = ""
    sub_type: str = ""
    units: str = ""
    native_units: str = ""
    native_scale: float = 1.0
    representation: str = "VALUE"
    sample_rate_hz: float | None = None
    component: str = ""
    component_id: str = ""
    component_name: str = ""
    device: str = ""
    source: str = ""
    statistic: str = ""
    composition: str = ""

    @property
    def is_vector(self) -> bool:
        """Whether a value is three numbers."""
        return self.units.endswith("_3D")

    @property
    def element_name(self) -> str:
        """The name of its element in a Streams document (extended types keep their bare name)."""
        name = pascal(self.type.rpartition(":")[2])
        suffix = _SUFFIXES.get(self.representation, "")
        return name if name.endswith(suffix) else name + suffix

    @property
    def title(self) -> str:
        """What a person reads: device, component, type."""
        kind = f"{self.type} {self.sub_type}".strip().replace("_", " ").lower()
        place = self.component_name or self.component
        return " ".join(dict.fromkeys(p for p in (self.device, place, kind) if p))


@dataclass(frozen=True)
class Device:
    """A device of the model, named as it names itself."""

    id: str
    name: str
    uuid: str


@dataclass(frozen=True)
class Model:
    """All devices and data items of one agent, and the document they were read from."""

    devices: tuple[Device, ...]
    items: dict[str, DataItem]
    version: str
    instance_id: int
    root: Element = field(repr=False, compare=False)

    def find(self, address: str, device: str = "") -> DataItem | None:
        """Find a data item by id, or by name or source where that is one of a kind in the device.

        Where a device is named, its own names go before the ids of others: an adapter knows only names.
        """
        own = self._named.get((device, address), []) if device else []
        if len(own) == 1:
            return own[0]
        if address in self.items:
            return self.items[address]
        at, _, name = address.rpartition("/")
        found = self._named.get((at or device, name)) or self._named.get(("", name)) or ()
        return found[0] if len(found) == 1 else None

    @cached_property
    def _named(self) -> dict[tuple[str, str], list[DataItem]]:
        named: dict[tuple[str, str], list[DataItem]] = {}
        for item in self.items.values():
            for key in product(("", item.device), {item.name, item.source} - {""}):
                named.setdefault(key, []).append(item)
        return named

    def select(self, path: str, device: str = "") -> frozenset[str]:
        """Name the data items that an XPath chooses, by themselves or by the component they hang on.

        Raises
        ------
        SourceError
            If it is no XPath, or chooses nothing.
        """
        try:
            found = etree.XPath(path, regexp=False)(self.root)
        except (etree.XPathError, ValueError) as error:
            raise SourceError(f"path '{path[:200]}': {error}", wanted="an XPath") from error
        elements = [e for e in found if isinstance(e, etree._Element)] if isinstance(found, list) else []
        ids = {i.get("id") for e in elements for i in e.iter("DataItem")}
        kept = frozenset(i for i in ids if i in self.items and device in ("", self.items[i].device))
        if not kept:
            raise SourceError(f"path '{path[:200]}' chooses no data item", wanted="an XPath of the model")
        return kept


def pascal(name: str) -> str:
    """Write a type as the name of an element: PATH_FEEDRATE becomes PathFeedrate."""
    return "".join(_WORDS.get(word, word.capitalize()) for word in name.split("_"))


def parse_xml(text: bytes | str) -> Element:
    """Parse XML from outside: no entities, no network, no document type, of bounded size.

    Raises
    ------
    SourceError
        If it is not well formed or holds a document type.
    """
    data = text.encode() if isinstance(text, str) else text
    if len(data) > _LARGEST_BYTES:
        raise SourceError(f"XML of {len(data)} bytes", wanted=f"at most {_LARGEST_BYTES}")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
                             huge_tree=False, remove_comments=True, remove_pis=True)  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise SourceError(f"not XML: {error}", wanted="a document of MTConnect") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise SourceError("XML with a document type", wanted="none: entities are not followed")
    return root


def local(element: Element) -> str:
    """Return the name of an element without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def read_model(text: bytes | str) -> Model:
    """Read a Devices document, as a file or as the answer to ``/probe``.

    Raises
    ------
    SourceError
        If it is not one, or two data items share an id.
    """
    root = parse_xml(text)
    if local(root) != "MTConnectDevices":
        raise SourceError(f"document '{local(root)}'", wanted="MTConnectDevices")
    version = etree.QName(root).namespace or ""
    bare = _strip(root)
    header = bare.find("Header")
    items: dict[str, DataItem] = {}
    devices = []
    for device in bare.iterfind("Devices/*"):
        devices.append(Device(device.get("id", ""), device.get("name", ""), device.get("uuid", "")))
        for item in _items(device):
            if item.id in items:
                raise SourceError(f"two data items with id '{item.id}'", wanted="ids of one document differ")
            items[item.id] = item
    instance = header.get("instanceId", "0") if header is not None else "0"
    number = int(instance) if instance.isdigit() else 0
    return Model(tuple(devices), items, version.rpartition(":")[2] or "1.3", number, bare)


def _strip(root: Element) -> Element:
    """Copy a document without namespaces, so that an XPath may name things as people write them."""
    bare = parse_xml(etree.tostring(root))
    for element in bare.iter():
        element.tag = local(element)
    return bare


def _items(device: Element) -> Iterator[DataItem]:
    for group in device.iter("DataItems"):
        holder = group.getparent()
        for entry in group.iterfind("DataItem"):
            yield _item(entry, holder, device)


def _item(entry: Element, holder: Element, device: Element) -> DataItem:
    rate = _number(entry.get("sampleRate"))
    source = entry.find("Source")
    return DataItem(
        id=entry.get("id", ""),
        category=entry.get("category", ""),
        type=entry.get("type", ""),
        name=entry.get("name", ""),
        sub_type=entry.get("subType", ""),
        units=entry.get("units", ""),
        native_units=entry.get("nativeUnits", ""),
        native_scale=_number(entry.get("nativeScale")) or 1.0,
        representation=entry.get("representation", "VALUE"),
        sample_rate_hz=rate if rate and rate > 0 else None,
        component=holder.tag,
        component_id=holder.get("id", ""),
        component_name=holder.get("name", ""),
        device=device.get("name", ""),
        source=(source.text or "").strip() if source is not None else "",
        statistic=entry.get("statistic", ""),
        composition=entry.get("compositionId", ""),
    )


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
