"""The simulated motor against closed forms: what is learned from it is only as good as it is."""

import numpy as np
import pytest
from bench.motor_physics import Motor, Run, simulate

from arkwright.kits.park import phasor_at, space_vector

RATE = 1_000.0
W = 2 * np.pi * 50.0


def line(drawn, hz):
    return phasor_at(space_vector(*drawn.currents), RATE, hz)


def circuit(motor, slip, volt):
    """Current of the equivalent circuit (steady, symmetrical)."""
    rotor = motor.rotor_ohm / slip + 1j * W * motor.leak_h
    shunt = 1j * W * motor.magnetising_h
    return volt / (motor.stator_ohm + 1j * W * motor.leak_h + rotor * shunt / (rotor + shunt))


@pytest.fixture(scope="module")
def runs():
    heavy = Motor(inertia=1e4)
    names = {"whole": Run(), "broken": Run(broken=1, motor=heavy), "fed": Run(unbalance=0.01, motor=heavy)}
    return dict(zip(names, simulate(list(names.values()), 4.0, 2.0, RATE), strict=True))


def test_a_sound_motor_draws_what_its_equivalent_circuit_says(runs):
    seen = runs["whole"]
    slip = 1 - seen.speed_rpm / 1500
    assert abs(line(seen, 50.0)) == pytest.approx(abs(circuit(Motor(), slip, 326.6)), rel=2e-3)


def test_the_torque_is_the_air_gap_power_over_synchronous_speed(runs):
    slip = 1 - runs["whole"].speed_rpm / 1500
    motor = Motor()
    current = circuit(motor, slip, 326.6)
    gap = 326.6 * np.real(current) - abs(current) ** 2 * motor.stator_ohm
    assert 1.5 * gap / (W / 2) == pytest.approx(motor.rated_nm, rel=5e-3)


def test_broken_bars_draw_the_line_that_two_sequences_of_the_rotor_give(runs):
    """With a constant speed the rotor's asymmetry couples its two sequences: four linear equations."""
    seen, motor = runs["broken"], Motor()
    slip = 1 - seen.speed_rpm / 1500
    extra = 3 / (motor.bars - 3) * motor.rotor_ohm / 3
    own, lm = motor.leak_h + motor.magnetising_h, motor.magnetising_h
    back = (1 - 2 * slip) * W
    # Unknown: stator at f, rotor at sf, conjugates of rotor at -sf and of stator at (1 - 2s) f.
    a = np.array(
        [
            [motor.stator_ohm + 1j * W * own, 1j * W * lm, 0, 0],
            [1j * slip * W * lm, motor.rotor_ohm + extra + 1j * slip * W * own, extra, 0],
            [0, extra, motor.rotor_ohm + extra + 1j * slip * W * own, 1j * slip * W * lm],
            [0, 0, -1j * back * lm, motor.stator_ohm - 1j * back * own],
        ]
    )
    found = np.linalg.solve(a, [326.6, 0, 0, 0])
    assert abs(line(seen, 50.0)) == pytest.approx(abs(found[0]), rel=2e-3)
    assert abs(line(seen, 50.0 * (1 - 2 * slip))) == pytest.approx(abs(found[3]), rel=2e-2)


def test_a_negative_sequence_of_the_voltage_meets_the_standing_rotor(runs):
    slip = 1 - runs["fed"].speed_rpm / 1500
    assert abs(line(runs["fed"], -50.0)) == pytest.approx(abs(circuit(Motor(), 2 - slip, 3.266)), rel=2e-3)
