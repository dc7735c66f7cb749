import numpy as np
import pytest

from arkwright.kits.park import (
    Sequences,
    park_modulus,
    phasor_at,
    sequences_at,
    space_vector,
    turn_back,
)

RATE, HZ = 1_000.0, 50.0
T = np.arange(5_000) / RATE
TURN = 2 * np.pi / 3


def phases(positive=1.0, negative=0.0, zero=0.0):
    turn = 2 * np.pi * HZ * T
    return tuple(
        positive * np.cos(turn - k * TURN)
        + negative * np.cos(turn + k * TURN + 0.4)
        + zero * np.cos(turn - 1)
        for k in range(3)
    )


def test_a_balanced_set_is_a_circle_and_the_current_it_came_from():
    z = space_vector(*phases())
    assert z == pytest.approx(np.exp(2j * np.pi * HZ * T))
    assert turn_back(z, 2 * np.pi * HZ * T) == pytest.approx(np.ones(len(T)))


def test_power_is_kept_by_the_vector():
    # Three phases of 10 A and 300 V peak at an angle of 0.6 rad: P = 1.5 U I cos(phi), by definition.
    u, i = phases(300.0), tuple(10 * np.cos(2 * np.pi * HZ * T - k * TURN - 0.6) for k in range(3))
    power = 1.5 * space_vector(*u) * np.conj(space_vector(*i))
    assert power.real == pytest.approx(sum(a * b for a, b in zip(u, i, strict=True)))
    assert power.imag == pytest.approx(np.full(len(T), 1.5 * 3000 * np.sin(0.6)))


def test_symmetrical_components_come_back_as_they_were_put_in():
    found = sequences_at(phases(5.0, 0.3, 0.1), RATE, HZ)
    assert abs(found.positive) == pytest.approx(5.0, rel=1e-6)
    assert abs(found.negative) == pytest.approx(0.3, rel=1e-6)
    assert found.negative == pytest.approx(0.3 * np.exp(0.4j), rel=1e-6)
    assert found.zero == pytest.approx(0.1 * np.exp(-1j), rel=1e-6)
    assert found.unbalance == pytest.approx(0.06, rel=1e-6)


def test_phases_wired_the_other_way_round_are_as_unbalanced():
    a, b, c = phases(5.0, 0.3)
    assert sequences_at((a, c, b), RATE, HZ).unbalance == pytest.approx(0.06, rel=1e-6)
    assert Sequences(0j, 0j, 0j).unbalance == 0.0


def test_the_modulus_shows_a_negative_sequence_at_twice_the_supply():
    size = park_modulus(space_vector(*phases(5.0, 0.1)))
    assert abs(phasor_at(size - 1, RATE, 2 * HZ)) == pytest.approx(0.02, rel=1e-3)


def test_the_modulus_shows_sidebands_at_their_distance():
    z = np.exp(2j * np.pi * HZ * T) * (1 + 0.03 * np.exp(-2j * np.pi * 4 * T))
    assert abs(phasor_at(park_modulus(z) - 1, RATE, 4.0)) == pytest.approx(0.03, rel=1e-2)
