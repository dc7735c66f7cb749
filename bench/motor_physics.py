"""An induction motor, physics first: the currents it draws, with broken bars, shorted turns, a moving load.

The two-axis model in space vectors (stator still, rotor turning with itself), integrated by Runge-Kutta of
fourth order; the speed follows torque and load. No line of a fault is put in: they come out of the model.

* Broken bars add resistance to one phase of the rotor: 3n/(N - 3n) of its own for n of N bars (the relation
  of Filippetti and others for the equivalent three-phase rotor).
* Shorted turns: a share mu of a phase carries a current of its own; the model of Tallam, Habetler, Harley
  (2002, IEEE Trans. Industry Applications 38(3), 632-637) reduces to R and L fed by mu times its voltage.
* Eccentricity modulates the magnetising inductance once a turn, which a rotor that runs out does.

Figures of the motor are per unit of a usual 4-pole, 400 V, 7.5 kW one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RATE_HZ = 2_000.0
TURN = np.exp(2j * np.pi / 3)
WANDER_W = 2 * np.pi / 20


@dataclass(frozen=True)
class Motor:
    """Equivalent circuit of one phase (star), and what the maker states. [ohm, H, kg m2]"""

    stator_ohm: float = 0.72
    rotor_ohm: float = 0.62
    leak_h: float = 0.0035
    magnetising_h: float = 0.115
    pole_pairs: int = 2
    inertia: float = 0.10
    bars: int = 40
    rated_nm: float = 49.0


@dataclass(frozen=True)
class Run:
    """How a motor runs: supply, load as a share of the rated torque, and what is wrong with it."""

    motor: Motor = field(default_factory=Motor)
    volt: float = 326.6
    hz: float = 50.0
    load: float = 1.0
    swing: float = 0.0  # of the load, at swing_hz
    swing_hz: float = 0.0
    broken: float = 0.0  # bars
    shorted: float = 0.0  # share of a phase's turns
    short_ohm: float = 0.5
    eccentric: float = 0.0  # swing of the magnetising inductance, once a turn
    unbalance: float = 0.0  # negative sequence of the voltage over the positive
    wander_rad: float = 0.0  # of the supply's phase, once in twenty seconds


@dataclass(frozen=True)
class Drawn:
    """What is measured: phase currents and voltages, shape ``(3, n)`` [A, V], and the mean speed [rpm]."""

    currents: Floats
    voltages: Floats
    rate_hz: float
    speed_rpm: float


def simulate(runs: list[Run], seconds: float, settle_s: float = 1.5, rate_hz: float = RATE_HZ) -> list[Drawn]:
    """Run motors side by side from near their final speed; the first seconds, while they settle, are cut."""
    model = _Model(runs)
    n, n_settle, step = round((seconds + settle_s) * rate_hz), round(settle_s * rate_hz), 1 / rate_hz
    state = model.start()
    kept = np.empty((n, 3, len(runs)), np.complex128)
    for i in range(n):
        kept[i] = model.measured(i * step, state)
        state = _step(model, i * step, state, step)
    kept = kept[n_settle:]
    return [_drawn(kept[:, :, k], rate_hz) for k in range(len(runs))]


def _step(model: _Model, t: float, y: list, h: float) -> list:
    k1 = model.slope(t, y)
    k2 = model.slope(t + h / 2, [a + h / 2 * b for a, b in zip(y, k1, strict=True)])
    k3 = model.slope(t + h / 2, [a + h / 2 * b for a, b in zip(y, k2, strict=True)])
    k4 = model.slope(t + h, [a + h * b for a, b in zip(y, k3, strict=True)])
    return [a + h / 6 * (p + 2 * q + 2 * r + s) for a, p, q, r, s in zip(y, k1, k2, k3, k4, strict=True)]


class _Model:
    """State: stator flux, rotor flux seen from the rotor, angle and speed of the rotor."""

    def __init__(self, runs: list[Run]) -> None:
        def column(get):  # noqa: ANN001, ANN202 - one number a motor
            return np.array([get(run) for run in runs], float)

        self.rs, self.rr = column(lambda r: r.motor.stator_ohm), column(lambda r: r.motor.rotor_ohm)
        self.leak, self.lm = column(lambda r: r.motor.leak_h), column(lambda r: r.motor.magnetising_h)
        self.p, self.j = column(lambda r: r.motor.pole_pairs), column(lambda r: r.motor.inertia)
        self.volt, self.w = column(lambda r: r.volt), 2 * np.pi * column(lambda r: r.hz)
        self.torque = column(lambda r: r.load * r.motor.rated_nm)
        self.swing, self.swing_w = column(lambda r: r.swing), 2 * np.pi * column(lambda r: r.swing_hz)
        self.broken = column(lambda r: 3 * r.broken / (r.motor.bars - 3 * r.broken)) * self.rr
        self.mu, self.short = column(lambda r: r.shorted), column(lambda r: r.short_ohm)
        self.wobble, self.unbalance = column(lambda r: r.eccentric), column(lambda r: r.unbalance)
        self.wander = column(lambda r: r.wander_rad)

    def start(self) -> list:
        n = len(self.rs)
        slip = 0.035 * self.torque / 49.0
        return [
            self.volt / (1j * self.w) * np.ones(n), self.volt / (1j * self.w) * 0.95, np.zeros(n),
            self.w * (1 - slip),
        ]  # fmt: skip

    def voltage(self, t: float) -> NDArray[np.complex128]:
        turning = np.exp(1j * (self.w * t + self.wander * np.sin(WANDER_W * t)))
        return self.volt * (turning + self.unbalance * np.conj(turning))

    def shorted(self, t: float) -> Floats:
        # The loop of the shorted turns is fed by its phase's voltage alone, so its current has a closed form.
        rest = 1 - 2 * self.mu / 3
        loop = rest * self.mu * (self.rs + 1j * self.w * self.leak) + self.short
        volt = self.volt * (1 + self.unbalance)
        return np.real(self.mu * volt * np.exp(1j * self.w * t) / loop)

    def currents(self, y: list) -> tuple:
        stator, rotor = y[0], y[1] * np.exp(1j * y[2])
        lm = self.lm * (1 + self.wobble * np.cos(y[2] / self.p))
        own = lm + self.leak
        return (own * stator - lm * rotor) / (own**2 - lm**2), (own * rotor - lm * stator) / (own**2 - lm**2)

    def slope(self, t: float, y: list) -> list:
        v = self.voltage(t)
        i, rotor = self.currents(y)
        turned = rotor * np.exp(-1j * y[2])
        loss = self.rr * turned + self.broken / 3 * (turned + np.conj(turned))
        torque = 1.5 * self.p * np.imag(np.conj(y[0]) * i)
        load = self.torque * (1 + self.swing * np.cos(self.swing_w * t))
        return [v - self.rs * i, -loss, y[3], self.p / self.j * (torque - load)]

    def measured(self, t: float, y: list) -> Floats:
        i = self.currents(y)[0] + 2 / 3 * self.mu * self.shorted(t)
        return np.array([i, self.voltage(t), y[3] / self.p + 0j])


def _drawn(kept: NDArray[np.complex128], rate_hz: float) -> Drawn:
    phases = [np.real(np.outer([1, TURN**2, TURN], kept[:, k])) for k in (0, 1)]
    return Drawn(phases[0], phases[1], rate_hz, float(kept[:, 2].real.mean()) * 30 / np.pi)


def measure(drawn: Drawn, seed: int, snr_db: float = 60.0, *, confuse: bool = True) -> Drawn:
    """Measure as a plant does: noise, harmonics of the supply, an interharmonic."""
    rng = np.random.default_rng([31_337, seed])
    n = drawn.currents.shape[1]
    t = np.arange(n) / drawn.rate_hz
    i = drawn.currents.copy()
    peak = float(np.abs(i).max())
    if confuse:
        for k in (3, 5, 7, 11, 13):
            turns = 2 * np.pi * k * 50.0 * t[None, :] - 2 * np.pi * k / 3 * np.arange(3)[:, None]
            i += peak * rng.uniform(0.001, 0.03) / (k / 3) * np.cos(turns + rng.uniform(0, 6.28))
        i += (
            peak
            * 10 ** (rng.uniform(-70, -50) / 20)
            * np.cos(2 * np.pi * rng.uniform(55, 110) * t + rng.uniform(0, 6))
        )
    noise = rng.normal(0, 1, i.shape) * peak / np.sqrt(2) * 10 ** (-snr_db / 20)
    return replace(drawn, currents=i + noise)
