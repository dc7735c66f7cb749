"""A pump or fan train: duty point, motor, bearing temperatures."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from arkwright.app.demo.physics.drift import wander
from arkwright.app.demo.physics.thermal import Network, step_network

FloatArray = NDArray[np.float64]
AMBIENT_C = 24.0


@dataclass(frozen=True, slots=True)
class TrainDesign:
    """A train as bought.

    Rated head [Pa] at rated flow [m3/h]; ``shut_off`` is head at no flow over rated head [1]; ``static`` the
    share of rated head that the system needs at no flow [1]; ``fluid_kg_m3`` its density [kg/m3].
    """

    rated_flow_m3_h: float
    rated_head_pa: float
    rated_power_kw: float
    rated_speed_rpm: float
    synchronous_rpm: float
    fluid_kg_m3: float
    suction_pa: float
    shut_off: float = 1.25
    static: float = 0.35
    best_efficiency: float = 0.78
    voltage_v: float = 400.0


@dataclass(frozen=True, slots=True)
class TrainState:
    """What changes: demand drift [1] and the temperatures of the two bearings [degC]."""

    demand: float = 0.0
    bearings_c: tuple[float, float] = (47.0, 44.0)


@dataclass(frozen=True, slots=True)
class Duty:
    """The operating point: flow [m3/h], pressures [Pa], power [kW], current [A], speed [rpm]."""

    flow_m3_h: float
    suction_pa: float
    discharge_pa: float
    shaft_kw: float
    motor_kw: float
    current_a: float
    speed_rpm: float


def duty(design: TrainDesign, state: TrainState) -> Duty:
    """Find where the characteristic meets the system curve.

    Head ``h0 - a q**2`` equals ``hs + r q**2`` with the resistance scaled by demand; slip grows with load.

    References
    ----------
    .. [1] Gülich, "Centrifugal Pumps", 3rd ed., ch. 11.1 (system curve) and 4.1 (characteristic).
    """
    rise = design.shut_off - 1
    resistance = (1 - design.static) / max(0.3, 1 + state.demand) ** 2
    q = math.sqrt((design.shut_off - design.static) / (rise + resistance))
    head = design.shut_off - rise * q**2
    efficiency = design.best_efficiency * (1 - 0.6 * (q - 1) ** 2)
    shaft_kw = q * design.rated_flow_m3_h / 3600 * head * design.rated_head_pa / efficiency / 1000
    load = shaft_kw / design.rated_power_kw
    slip_rpm = (design.synchronous_rpm - design.rated_speed_rpm) * load
    motor_kw = shaft_kw / (0.93 - 0.02 * (load - 0.75) ** 2)
    return Duty(
        flow_m3_h=q * design.rated_flow_m3_h,
        suction_pa=design.suction_pa * (1 - 0.08 * q**2),
        discharge_pa=design.suction_pa * (1 - 0.08 * q**2) + head * design.rated_head_pa,
        shaft_kw=shaft_kw,
        motor_kw=motor_kw,
        current_a=motor_kw * 1000 / (math.sqrt(3) * design.voltage_v * 0.86),
        speed_rpm=design.synchronous_rpm - slip_rpm,
    )


def step_train(
    design: TrainDesign, state: TrainState, dt_s: float, wear: tuple[float, float], normal: float
) -> TrainState:
    """Advance demand and bearing temperatures.

    Parameters
    ----------
    design
        The train as bought.
    state
        State before the step.
    dt_s
        Length of the step. [s]
    wear
        Severity of the defect in the drive-end and non-drive-end bearing, 0 to 1. [1]
    normal
        One draw from the standard normal distribution. [1]

    Returns
    -------
    state
        State after the step.
    """
    demand = wander(state.demand, dt_s, 300.0, 0.05, normal)
    moved = replace(state, demand=demand)
    heat = friction_w(design, duty(design, moved), wear)
    temps = step_network(_housing(heat_scale=design.rated_power_kw), np.array(state.bearings_c), heat, dt_s)
    return replace(moved, bearings_c=(float(temps[0]), float(temps[1])))


def friction_w(design: TrainDesign, point: Duty, wear: tuple[float, float]) -> FloatArray:
    """Friction heat of both bearings; a spall breaks the film and roughly doubles it when fully grown.

    Parameters
    ----------
    design
        The train as bought.
    point
        Operating point.
    wear
        Severity of the two bearings, 0 to 1. [1]

    Returns
    -------
    heat_w
        Shape ``(2,)``, drive end first. [W]

    References
    ----------
    .. [1] SKF, "The SKF model for calculating the frictional moment" (2018), estimate M = 0.5 mu P d.
    """
    load = point.shaft_kw / design.rated_power_kw
    base = 4.0 * design.rated_power_kw * (0.5 + 0.5 * load) * point.speed_rpm / design.synchronous_rpm
    return np.array([base * (1 + 1.2 * wear[0] ** 2), 0.85 * base * (1 + 1.2 * wear[1] ** 2)])


def _housing(heat_scale: float) -> Network:
    """Lay out two housings on one frame: 22 K above the shop at rated load, time constant five minutes."""
    to_air = 0.17 * heat_scale
    return Network(
        (300 * to_air, 300 * to_air),
        ((0, 1, 0.1 * to_air),),
        ((0, to_air, AMBIENT_C), (1, to_air, AMBIENT_C)),
    )
