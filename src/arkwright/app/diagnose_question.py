"""What is asked of a recorded file: from options or a row of a manifest to a question."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from arkwright.core.errors import ArkwrightError, SourceError
from arkwright.health.record_beside import TACHO_PULSES
from arkwright.kits.orders import BearingOrders

Plate = Mapping[str, float | str]
ZONE_FIELDS: Mapping[str, str] = {
    "rated_power_kw": "rated power, for the zone of its vibration",
    "support": "rigid or flexible, for the zone of its vibration",
    "rated_speed_rpm": "rated speed",
}


@dataclass(frozen=True)
class Question:
    """One record to judge; numbers that are not known are None.

    ``rate_hz`` [Hz], ``speed_rpm`` [rpm], ``orders`` as multiples of the shaft frequency [1], ``alpha`` the
    share of healthy records that may be called faulty [1]; ``unit``, ``power_kw`` [kW] and ``support`` (rigid
    or flexible) say how bad it is. ``plate`` holds fields of the nameplate, ``quantity`` what was measured,
    ``tacho`` the channel of a tacho and ``beside`` further channels by the location that they were taken at.
    """

    file: Path
    channel: str = ""
    rate_hz: float | None = None
    speed_rpm: float | None = None
    bearing: str = ""
    orders: BearingOrders | None = None
    unit: str = ""
    alpha: float = 0.01
    power_kw: float | None = None
    support: str = ""
    plate: Plate = field(default_factory=dict)
    quantity: str = "acceleration"
    tacho: str = ""
    beside: Mapping[str, str] = field(default_factory=dict)

    @property
    def nameplate(self) -> dict[str, float | str]:
        """The nameplate, with what is stated by options of their own."""
        own: dict[str, float | str] = {}
        if self.power_kw is not None:
            own["rated_power_kw"] = self.power_kw
        if self.support:
            own["support"] = self.support
        return {**own, **self.plate}


def read_pairs(texts: Iterable[str], option: str) -> dict[str, str]:
    """Read ``name=value`` pairs as options and cells of a manifest state them.

    Raises
    ------
    ArkwrightError
        If a text is no pair, or a name comes twice with different values.
    """
    pairs: dict[str, str] = {}
    for text in texts:
        name, sign, value = (part.strip() for part in text.partition("="))
        if not (name and sign and value):
            raise ArkwrightError(f"{option} '{text}'", wanted="name=value")
        if pairs.setdefault(name, value) != value:
            raise ArkwrightError(f"{option} {name} is {pairs[name]} and {value}", wanted="one value")
    return pairs


def read_plate(texts: Iterable[str]) -> dict[str, float | str]:
    """Read fields of a nameplate; numbers become numbers.

    Raises
    ------
    ArkwrightError
        If a field is one that no test reads; the error lists those that are read.
    """
    known = plate_fields()
    pairs = read_pairs(texts, "--plate")
    for name in pairs:
        if name not in known:
            raise ArkwrightError(
                f"no test reads '{name}' of a nameplate", wanted="one of " + ", ".join(sorted(known))
            )
    return {name: _number(value) for name, value in pairs.items()}


def plate_fields() -> dict[str, str]:
    """Every field of a nameplate that a test or the zones read, with what it is."""
    from arkwright.health.ask import tests

    own = {TACHO_PULSES: "pulses that the tacho gives in one turn"}
    for test in tests().values():
        own |= {**test.also, **test.plate}
    return {**ZONE_FIELDS, **own}


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


# -------------------------------------------------------------------------------------------- manifests
def read_manifest(path: Path) -> Iterator[tuple[dict[str, str], Question | str]]:
    """Yield each row of a manifest with the question it asks, or why it asks none.

    Raises
    ------
    SourceError
        If the manifest itself cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                cells = {str(k): str(v or "").strip() for k, v in row.items()}
                yield cells, _question(path.parent, cells)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"cannot read the manifest: {error}", where=str(path)) from error


def _question(folder: Path, cells: Mapping[str, str]) -> Question | str:
    if not cells.get("file"):
        return "file: the cell is empty"
    numbers: dict[str, float | None] = {}
    for name in ("rate_hz", "speed_rpm", "power_kw", "bpfo", "bpfi", "bsf", "ftf"):
        text = cells.get(name, "")
        try:
            numbers[name] = float(text) if text else None
        except ValueError:
            return f"{name}: '{text}' is not a number"
    try:
        orders = _orders([numbers[n] for n in ("bpfo", "bpfi", "bsf", "ftf")])
        plate = read_plate(_parts(cells.get("plate", "")))
        beside = read_pairs(_parts(cells.get("beside", "")), "beside")
    except ArkwrightError as error:
        return str(error)
    return Question(
        folder / cells["file"],
        cells.get("channel", ""),
        numbers["rate_hz"],
        numbers["speed_rpm"],
        cells.get("bearing", ""),
        orders,
        cells.get("unit", ""),
        power_kw=numbers["power_kw"],
        support=cells.get("support", ""),
        plate=plate,
        quantity=cells.get("quantity", "") or "acceleration",
        tacho=cells.get("tacho", ""),
        beside=beside,
    )


def _orders(given: list[float | None]) -> BearingOrders | None:
    known = [float(v) for v in given if v is not None]
    if not known:
        return None
    if len(known) < 4:
        raise ArkwrightError("fault orders: all four of bpfo, bpfi, bsf, ftf are needed")
    if any(not 0 < order < 1000 for order in known):
        raise ArkwrightError("fault orders: a number that is no order of a bearing")
    return BearingOrders(known[0], known[1], known[2], known[3], "manifest")


def _parts(text: str) -> list[str]:
    return [part for part in text.split(";") if part.strip()]
