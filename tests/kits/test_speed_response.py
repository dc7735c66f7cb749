"""A resonance between speeds is found where it was put, and none where there is none."""

import numpy as np
import pytest

from arkwright.kits.speed_response import amplification, fit_peak

SPEEDS = np.array([20.0, 22.0, 24.0, 25.5, 27.0, 29.0, 31.0, 34.0])


def test_the_amplification_is_that_of_an_oscillator():
    for damping in (0.01, 0.05, 0.2):
        at = amplification(np.array([0.0, 1.0, 1e3]), damping)
        assert at[0] == pytest.approx(1.0)
        assert at[1] == pytest.approx(1 / (2 * damping)), "Q at resonance"
        assert at[2] == pytest.approx(1e-6, rel=1e-3), "mass alone far above"


@pytest.mark.parametrize("natural_hz", [23.0, 26.0, 30.0])
@pytest.mark.parametrize("damping", [0.02, 0.05, 0.1])
@pytest.mark.parametrize("power", [1.0, 3.0])
def test_a_resonance_is_found_with_its_damping(natural_hz, damping, power):
    # Integrated from the equation of motion, not from the formula that the fit uses.
    velocity = np.array([steady(hz, natural_hz, damping) * hz**power for hz in SPEEDS])
    peak = fit_peak(SPEEDS, velocity)
    assert peak.natural_hz == pytest.approx(natural_hz, rel=0.01)
    assert peak.damping == pytest.approx(damping, rel=0.15)
    assert peak.off < 0.05
    assert peak.at(natural_hz) == pytest.approx(peak.amplification, rel=0.1)


def steady(hz, natural_hz, damping):
    """Amplitude of a mass on a spring under a harmonic force: two real equations, solved by numbers."""
    w, w0 = 2 * np.pi * hz, 2 * np.pi * natural_hz
    matrix = np.array([[w0**2 - w**2, 2 * damping * w0 * w], [-2 * damping * w0 * w, w0**2 - w**2]])
    return float(np.hypot(*np.linalg.solve(matrix, np.array([w0**2, 0.0]))))


@pytest.mark.parametrize("power", [0.0, 1.0, 2.0, 3.0, 4.5])
def test_a_power_of_the_speed_needs_no_resonance(power):
    rng = np.random.default_rng(0)
    velocity = SPEEDS**power * np.exp(0.05 * rng.standard_normal(len(SPEEDS)))
    peak = fit_peak(SPEEDS, velocity)
    assert peak.plain == pytest.approx(0.05, abs=0.03)
    assert peak.off > 0.5 * peak.plain, "an oscillator fits it hardly better"


def test_too_few_speeds_and_a_shaft_that_does_not_shake_are_refused():
    with pytest.raises(ValueError, match="3 speeds"):
        fit_peak(SPEEDS[:3], np.ones(3))
    with pytest.raises(ValueError, match="above zero"):
        fit_peak(SPEEDS, np.zeros(len(SPEEDS)))
