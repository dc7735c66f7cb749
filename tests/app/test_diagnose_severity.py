"""How bad it is, from samples to a zone: velocity to half a percent, every pair of the table, refusals."""

import numpy as np
import pytest

from arkwright.app.diagnose_severity import severity_of
from arkwright.health.zones import BOUNDARIES, EDITION, LARGE_KW, LEAST_KW, LEAST_RATE_HZ, SUCCESSOR

G = 9.80665
RATE_HZ, SECONDS = 12_800.0, 4.0


def tone(hz, velocity, *, rate_hz=RATE_HZ, seconds=SECONDS, unit=1.0):
    """Acceleration of a tone of so many mm/s RMS: a = 2 pi f v."""
    t = np.arange(round(rate_hz * seconds)) / rate_hz
    return 2**0.5 * velocity * 1e-3 * 2 * np.pi * hz * np.cos(2 * np.pi * hz * t + 0.4) / unit


def severity(x, *, rate_hz=RATE_HZ, rpm=1480.0, unit="m/s2", kw=75.0, support="rigid"):
    return severity_of(x, rate_hz, rpm, unit, kw, support)


@pytest.mark.parametrize("unit", ["m/s2", "g", "mm/s2"])
@pytest.mark.parametrize("hz", [10.7, 11.5, 16.6, 24.6, 49.3, 100.0, 155.7, 315.0, 630.0, 940.0, 988.0])
def test_the_velocity_of_a_tone_is_right_to_half_a_percent_in_every_unit(hz, unit):
    factor = {"m/s2": 1.0, "g": G, "mm/s2": 1e-3}[unit]
    said, _ = severity(tone(hz, 3.2, unit=factor), unit=unit)
    assert said["velocity_mm_s"] == pytest.approx(3.2, rel=0.005)


def test_it_agrees_with_integration_in_the_time_domain():
    """Integrated by the rule of Simpson, which shares nothing with the sum of spectral lines."""
    from scipy.integrate import cumulative_simpson

    rng = np.random.default_rng(4)
    x = sum(tone(hz, rng.uniform(0.3, 2.0)) for hz in rng.uniform(15.0, 900.0, 12))
    v = 1000.0 * cumulative_simpson(x, dx=1 / RATE_HZ, initial=0.0)
    trend = np.polynomial.polynomial.polyval(
        np.arange(len(v)), np.polynomial.polynomial.polyfit(np.arange(len(v)), v, 1)
    )
    said, _ = severity(x)
    assert said["velocity_mm_s"] == pytest.approx(float(np.std(v - trend)), rel=0.005)


@pytest.mark.parametrize("hz", [10.0, 1000.0])
def test_both_corners_pass_half_of_the_power(hz):
    said, _ = severity(tone(hz, 5.0, seconds=40.0))
    assert 20 * np.log10(said["velocity_mm_s"] / 5.0) == pytest.approx(-3.01, abs=0.1)


@pytest.mark.parametrize(("pair", "bounds"), BOUNDARIES.items())
def test_every_group_and_support_is_put_in_its_zone_and_the_edition_is_stated(pair, bounds):
    group, support = pair
    kw = 2 * LARGE_KW if group == 1 else LARGE_KW / 2
    for below, bound, above in zip("ABC", bounds, "BCD", strict=True):
        for factor, zone in ((0.98, below), (1.02, above)):
            said, missing = severity(tone(80.0, factor * bound), kw=kw, support=support)
            assert (said["zone"], missing) == (zone, ())
            assert said["standard"] == f"{EDITION} group {group}, {support} support"
    assert (EDITION, SUCCESSOR) == ("ISO 10816-3:2009", "ISO 20816-3:2022")


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"unit": ""}, "unit of the samples is not declared"),
        ({"unit": "mm/s"}, "does not measure acceleration"),
        ({"rate_hz": LEAST_RATE_HZ - 1}, "too low"),
        ({"rate_hz": None}, "too low"),
    ],
)
def test_without_a_unit_or_a_rate_there_is_no_velocity(more, named):
    said, missing = severity(tone(80.0, 3.0), **more)
    assert said is None
    assert named in missing[0]


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"kw": None}, "rated_power_kw is not stated"),
        ({"kw": LEAST_KW - 0.1}, "holds for 15 to 50000 kW"),
        ({"support": ""}, "support (rigid or flexible) is not stated"),
        ({"support": "soft"}, "rigid or flexible is wanted"),
        ({"rpm": 100.0}, "120 to 15000 rpm"),
    ],
)
def test_outside_the_standard_there_is_a_velocity_and_no_zone(more, named):
    said, missing = severity(tone(80.0, 3.0), **more)
    assert said["velocity_mm_s"] == pytest.approx(3.0, rel=0.005)
    assert said["zone"] is None
    assert named in missing[0]


def test_the_least_rate_is_enough():
    said, _ = severity(tone(80.0, 3.0, rate_hz=LEAST_RATE_HZ), rate_hz=LEAST_RATE_HZ)
    assert said["velocity_mm_s"] == pytest.approx(3.0, rel=0.005)
