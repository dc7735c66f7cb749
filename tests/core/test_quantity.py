"""Units: against pint as an independent oracle, and against values a reader can check by hand."""

import math

import numpy as np
import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arkwright.core.errors import UnitError
from arkwright.core.quantity import convert, find_unit, guess_quantities, quantities

UNITS = [(q.name, u.name) for q in quantities().values() for u in q.units]
registry = pint.UnitRegistry(autoconvert_offset_to_baseunit=True, cache_folder=None)
# What pint calls the units that it does not know by the plant's own spelling.
PINT = {
    "m/s2": "m/s**2", "mm/s2": "mm/s**2", "g": "standard_gravity", "in/s2": "inch/s**2", "in/s": "inch/s",
    "mil": "0.001 inch",
    "in": "inch", "rev": "turn", "degC": "degC", "degF": "degF", "kp/cm2": "kgf/cm**2", "mmH2O": "9.80665 Pa",
    "mH2O": "9806.65 Pa", "kp": "kgf", "Nm": "N*m", "kNm": "kN*m", "kpm": "kgf*m", "lbf ft": "lbf*foot",
    "rps": "turn/s", "deg/s": "deg/s", "rpm": "rpm", "rad/s": "rad/s", "1/min": "1/min", "m3/h": "m**3/h",
    "m3/min": "m**3/min", "m3/s": "m**3/s", "gpm": "gallon/min", "l/min": "liter/min", "l/s": "liter/s",
    "l/h": "liter/h", "t/h": "metric_ton/h", "t/d": "metric_ton/day", "m3": "m**3", "l": "liter",
    "t": "metric_ton", "PS": "metric_horsepower", "hp": "horsepower", "kW/m2": "kW/m**2", "W/m2": "W/m**2",
    "kWh": "kWh", "MWh": "MWh", "Wh": "Wh", "kcal": "4.1868 kJ", "mm2/s": "mm**2/s",
    "in/min": "inch/min", "ft/min": "foot/min", "psi": "psi", "mmHg": "mmHg", "1": "dimensionless",
    "Ohm": "ohm", "mOhm": "milliohm", "MOhm": "megaohm",
    "um": "um", "d": "day",
}  # fmt: skip
# Not in pint, or another thing there: normal cubic metres are a convention, %/dB plain numbers.
NOT_IN_PINT = {"Nm3/h", "Nm3/min", "kNm3/h", "Nl/min", "Nm3", "kVA", "MJ/m2h", "dB", "ppm", "permille", "%"}


@pytest.mark.parametrize(("quantity", "unit"), [u for u in UNITS if u[1] not in NOT_IN_PINT])
def test_every_factor_agrees_with_pint(quantity, unit):
    canonical = quantities()[quantity].canonical
    if quantity in {"count", "state"}:
        assert convert(3.0, quantity, unit) == 3.0
        return
    name = (
        "delta_" + PINT[unit]
        if quantity == "temperature_difference" and unit == "degF"
        else PINT.get(unit, unit)
    )
    if quantity in {"mass"} and unit == "g":
        name = "gram"
    if quantity in {"ratio", "level"}:
        assert convert(0.5, quantity, unit) == 50.0  # a share of one half is 50 %
        return
    home = "delta_degC" if quantity == "temperature_difference" else PINT.get(canonical, canonical)
    for value in (1.0, 37.5):
        if quantity == "temperature":
            expected = registry.Quantity(value, name).to("degC").magnitude
        else:
            expected = (value * registry(name)).to(home).magnitude
        assert math.isclose(convert(value, quantity, unit), expected, rel_tol=2e-6), (quantity, unit)


@given(st.sampled_from(UNITS), st.floats(-1e6, 1e6))
def test_converting_there_and_back_changes_nothing(pair, value):
    unit = find_unit(*pair)
    back = unit.from_canonical(unit.to_canonical(value))
    assert math.isclose(back, value, rel_tol=1e-9, abs_tol=1e-6)


def test_arrays_convert_like_their_elements():
    assert convert(np.array([0.0, 100.0]), "temperature", "degF").tolist() == pytest.approx(
        [-17.7777778, 37.7777778]
    )


def test_the_plants_own_spellings_are_understood():
    assert convert(1.0, "pressure", "kp/cm²") == pytest.approx(0.980665)
    assert convert(1.0, "acceleration", "g") == pytest.approx(9.80665)
    assert convert(1500.0, "rotational_speed", "1/min") == 1500.0
    assert convert(60.0, "speed", "MM/MINUTE") == pytest.approx(0.001)


def test_a_wrong_unit_is_refused_with_its_true_home():
    with pytest.raises(UnitError, match=r"'rpm' measures rotational_speed"):
        find_unit("temperature", "rpm")


def test_megawatts_are_not_milliwatts():
    with pytest.raises(UnitError):
        find_unit("power", "mW")
    with pytest.raises(UnitError):
        find_unit("pressure", "mPa")
    assert find_unit("power", "MW").factor == 1000.0
    assert find_unit("length", "MM").factor == 1.0


def test_a_guess_names_every_quantity_of_a_unit():
    assert guess_quantities("°C")[0] == "temperature"
    assert set(guess_quantities("mm/s")) >= {"vibration_velocity", "speed"}
    assert guess_quantities("furlong") == ()
