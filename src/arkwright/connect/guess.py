"""Guess what a found signal measures, from its unit, its name and its kind; every guess says why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from arkwright.core.quantity import Unit, find_quantity, guess_quantities, quantities

SURE, LIKELY, MAYBE, BLIND = 0.95, 0.75, 0.5, 0.1

CODES = {
    "CEL": "degC", "FAH": "degF", "KEL": "K", "BAR": "bar", "MBR": "mbar", "PAL": "Pa", "KPA": "kPa",
    "MPA": "MPa", "PS": "psi", "ATM": "atm", "E42": "kp/cm2", "HN": "mmHg", "MTR": "m", "MMT": "mm",
    "CMT": "cm", "4H": "um", "INH": "in", "FOT": "ft", "MTS": "m/s", "C16": "mm/s", "KMH": "km/h",
    "2X": "m/min", "MSK": "m/s2", "K40": "g", "RPM": "rpm", "RPS": "rps", "HTZ": "Hz", "KHZ": "kHz",
    "2A": "rad/s", "C81": "rad", "DD": "deg", "NEW": "N", "B47": "kN", "NU": "Nm", "B48": "kNm",
    "KWT": "kW", "WTT": "W", "MAW": "MW", "KVA": "kVA", "KWH": "kWh", "MWH": "MWh", "WHR": "Wh", "JOU": "J",
    "3B": "MJ", "GV": "GJ", "VLT": "V", "KVT": "kV", "2Z": "mV", "AMP": "A", "B22": "kA", "4K": "mA",
    "OHM": "Ohm", "E45": "mOhm", "B75": "MOhm", "MQH": "m3/h", "MQS": "m3/s", "L2": "l/min", "G51": "l/s",
    "E32": "l/h", "KGM": "kg", "TNE": "t", "GRM": "gram", "LBR": "lb", "E93": "kg/h", "F31": "kg/min",
    "KGS": "kg/s", "P1": "%", "59": "ppm", "NX": "permille", "SEC": "s", "MIN": "min", "HUR": "h",
    "DAY": "d", "C26": "ms", "B98": "us", "MTQ": "m3", "LTR": "l", "2N": "dB", "C62": "1", "4C": "cSt",
    "WEB": "Wb", "C33": "mWb", "D54": "W/m2",
}  # fmt: skip
"""Common code to unit: UNECE Recommendation 20, as OPC UA (OPC 10000-8, 5.6.3) and AAS write units."""

WORDS: tuple[tuple[str, str, str], ...] = (
    ("temperature", "degC", "temp temperature temperatur 温度 tmp"),
    ("pressure", "bar", "pressure press druck 压力"),
    ("rotational_speed", "rpm", "rpm drehzahl rotation rotational spindle spindlespeed 转速"),
    ("vibration_velocity", "mm/s", "vib vibration schwingung vrms 振动"),
    ("acceleration", "g", "acc accel acceleration beschleunigung 加速度"),
    ("torque", "Nm", "torque drehmoment 扭矩 转矩"),
    ("volume_flow", "m3/h", "flow flowrate durchfluss 流量"),
    ("level", "%", "level füllstand fuellstand 液位 料位"),
    ("power", "kW", "power leistung 功率"),
    ("energy", "kWh", "energy energie 电能 能量"),
    ("voltage", "V", "voltage spannung volt 电压"),
    ("current", "A", "current strom amps 电流"),
    ("force", "N", "force kraft 力"),
    ("mass", "kg", "weight mass gewicht masse 重量 质量"),
    ("frequency", "Hz", "frequency freq frequenz 频率"),
    ("ratio", "%", "load humidity opening valve percent feuchte last ventil 负载 湿度 开度"),
    ("speed", "m/s", "velocity feed feedrate vorschub 速度"),
    ("length", "mm", "position pos length distance weg 位置"),
    ("time", "s", "time duration runtime hours laufzeit 时间"),
    ("count", "1", "count counter total zähler zaehler parts pieces 计数"),
    ("state", "1", "state status mode run running on off alarm fault betrieb zustand 状态"),
)
SPEED_WORDS = {"speed", "geschwindigkeit"}  # alone it says neither turning nor travelling


@dataclass(frozen=True)
class Guess:
    """What a signal may measure, how sure that is, 0 to 1, and why."""

    quantity: str
    unit: str
    confidence: float
    why: str


def guess_signal(name: str, *, unit: str = "", code: str = "", is_text: bool = False, is_flag: bool = False,
                 span: tuple[float, float] | None = None) -> Guess:  # fmt: skip
    """Guess quantity and unit of a signal.

    Parameters
    ----------
    name
        Name or path of the signal as its source writes it.
    unit
        Unit as its source writes it, empty where it does not.
    code
        Common code of the unit (UNECE Recommendation 20), empty where there is none.
    is_text
        Whether the values are text.
    is_flag
        Whether the values are true and false.
    span
        Lowest and highest value as the source declares them. [unit]

    Returns
    -------
    guess
        Quantity, unit, confidence and the reason in a sentence.
    """
    if is_text:
        return Guess("state", "1", LIKELY, "the values are text")
    if is_flag:
        return Guess("state", "1", LIKELY, "the values are true or false")
    by_name = _from_words(name)
    for spelt, source in ((unit.strip(), f"the source writes the unit '{unit}'"),
                          (CODES.get(code, ""), f"the source gives the unit code {code}")):  # fmt: skip
        if spelt and (found := _from_unit(spelt, by_name, source)):
            return found
    return _from_name_unit(name, by_name) or by_name or _from_span(unit, span)


def match_unit(quantity: str, names: Sequence[str]) -> tuple[Unit | None, str]:
    """Find what a source's unit is among the units of a quantity.

    Parameters
    ----------
    quantity
        The quantity declared.
    names
        The unit as its source writes it, in every form it does.

    Returns
    -------
    unit
        The unit of that quantity, None where it is none.
    stranger
        The name of a unit that is known but measures something else, empty where there is none.
    """
    home, stranger = find_quantity(quantity), ""
    for name in filter(None, (n.strip() for n in names)):
        if quantity in guess_quantities(name):
            return home.find_unit(name), ""
        if guess_quantities(name):
            stranger = stranger or name
    return None, stranger


def split_words(name: str) -> list[str]:
    """Split a signal's name into lower-case words, at signs and inside camel case.

    Parameters
    ----------
    name
        Name or path.

    Returns
    -------
    words
        The words, in order.
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return [word for word in re.split(r"[\W_\d]+", spaced.casefold()) if word]


def _from_unit(unit: str, by_name: Guess | None, source: str) -> Guess | None:
    homes = guess_quantities(unit)
    if not homes:
        return None
    if len(homes) == 1:
        return Guess(homes[0], unit, SURE, source)
    if by_name is not None and by_name.quantity in homes:
        return Guess(by_name.quantity, unit, SURE, f"{source}, and {by_name.why.partition(';')[0]}")
    others = ", ".join(homes[1:])
    return Guess(homes[0], unit, MAYBE, f"{source}, which could also measure {others}")


def _from_words(name: str) -> Guess | None:
    # The last words of a path say most: "Pump.Motor.Temperature" is a temperature, not a motor.
    for word in reversed(split_words(name)):
        for quantity, unit, words in WORDS:
            if word in words.split() or any(w in word for w in words.split() if not w.isascii()):
                why = f"the name says '{word}'; the unit is only the usual one"
                return Guess(quantity, unit, MAYBE, why)
        if word in SPEED_WORDS:
            return Guess(
                "rotational_speed", "rpm", MAYBE / 2, f"the name says '{word}'; it may also be travel"
            )
    return None


def _from_name_unit(name: str, by_name: Guess | None) -> Guess | None:
    """Find a unit at the end of the name itself: ``outlet_degC``, ``p_bar``."""
    tail = re.split(r"[._\s\[\]()-]+", name.rstrip(")] "))[-1]
    if len(tail) < 2 or tail.casefold() == name.casefold():
        return None
    return _from_unit(tail, by_name, f"the name ends in the unit '{tail}'") if _is_unit(tail) else None


def _is_unit(word: str) -> bool:
    return any(word in (u.name, *u.also) for q in quantities().values() for u in q.units)


def _from_span(unit: str, span: tuple[float, float] | None) -> Guess:
    if span == (0.0, 100.0):
        return Guess("ratio", "%", MAYBE / 2, "the source declares a range from 0 to 100")
    unknown = f"the unit '{unit}' is not known" if unit.strip() else "no unit"
    return Guess("count", "1", BLIND, f"{unknown}, and the name says nothing: please choose")
