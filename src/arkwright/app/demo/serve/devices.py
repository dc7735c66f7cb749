"""The device model of the machining centre, as an MTConnect agent serves it."""

from collections.abc import Sequence
from xml.etree import ElementTree

from arkwright.app.demo.areas.cell import NAME, Item

NAMESPACE = "urn:mtconnect.org:MTConnectDevices:2.0"
LINEAR, ROTARY = ("X", "Y", "Z"), ("A", "C")
SPINDLE, PATH = "S1", "path"


def devices_xml(items: Sequence[Item], uuid: str) -> str:
    """Write the device model.

    Parameters
    ----------
    items
        Data items of the machining centre.
    uuid
        Lasting identity of the device.

    Returns
    -------
    xml
        A ``MTConnectDevices`` document, version 2.0.
    """
    root = ElementTree.Element("MTConnectDevices", {"xmlns": NAMESPACE})
    head = {
        "creationTime": "2026-01-01T00:00:00Z", "sender": "demo-works", "instanceId": "1", "version": "2.0",
        "assetBufferSize": "1", "assetCount": "0", "bufferSize": "131072",
        "deviceModelChangeTime": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    ElementTree.SubElement(root, "Header", head)
    devices = ElementTree.SubElement(root, "Devices")
    device = ElementTree.SubElement(devices, "Device", {"id": "mc501", "name": NAME, "uuid": uuid})
    ElementTree.SubElement(device, "Description", {"manufacturer": "Demo works", "model": "Five-axis"})
    own = [Item("avail", "device", "EVENT", "AVAILABILITY")]
    _data_items(device, own)
    parts = ElementTree.SubElement(device, "Components")
    axes = _component(parts, "Axes", "axes", "Axes", [])
    inner = ElementTree.SubElement(axes, "Components")
    for axis in LINEAR:
        _component(inner, "Linear", f"{axis.lower()}axis", axis, _of(items, axis))
    for axis in (*ROTARY, SPINDLE):
        _component(inner, "Rotary", f"{axis.lower()}axis", axis, _of(items, axis))
    controller = _component(parts, "Controller", "cont", "Controller", [])
    _component(ElementTree.SubElement(controller, "Components"), "Path", "path1", "path", _of(items, PATH))
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def _of(items: Sequence[Item], component: str) -> list[Item]:
    return [item for item in items if item.component == component]


def _component(
    parent: ElementTree.Element, kind: str, label: str, name: str, items: Sequence[Item]
) -> ElementTree.Element:
    made = ElementTree.SubElement(parent, kind, {"id": label, "name": name})
    if items:
        _data_items(made, items)
    return made


def _data_items(parent: ElementTree.Element, items: Sequence[Item]) -> None:
    group = ElementTree.SubElement(parent, "DataItems")
    for item in items:
        stated = {
            "id": item.id, "category": item.category, "type": item.type, "subType": item.sub_type,
            "units": item.units, "nativeUnits": item.native_units,
        }  # fmt: skip
        ElementTree.SubElement(group, "DataItem", {k: v for k, v in stated.items() if v})
