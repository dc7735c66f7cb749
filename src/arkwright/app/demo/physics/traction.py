"""A permanent-magnet traction motor on a test bench: torque cycle, losses, thermal network."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arkwright.app.demo.physics.thermal import Network, ground_heat, step_network

FloatArray = NDArray[np.float64]

POLE_PAIRS = 4
FLUX_20C_WB = 0.45
"""Magnet flux linkage at 20 degC. [Wb]"""
FLUX_PER_K = -0.0011
"""Remanence of NdFeB falls by 0.11 %/K (IEC 60404-8-1, sintered grades). [1/K]"""
D_INDUCTANCE_H = 0.0006
RESISTANCE_20C_OHM = 0.027
COPPER_PER_K = 0.00393
"""IEC 60028. [1/K]"""
DC_LINK_V = 750.0
"""Nominal voltage of a metro supply, EN 50163. [V]"""
COOLANT_J_KG_K = 3560.0
"""Water with 40 % glycol at 50 degC (VDI Heat Atlas D4.2). [J/(kg K)]"""
COOLANT_KG_L = 1.04
RATED_FLOW_L_MIN = 16.0
INLET_C = 42.0
SHOP_C = 23.0

WINDING, CORE, MAGNET, COOLANT = range(4)

CYCLE: tuple[tuple[float, float, float], ...] = (
    (0.0, 300.0, 950.0),
    (20.0, 2000.0, 950.0),
    (35.0, 3600.0, 520.0),
    (70.0, 3600.0, 240.0),
    (85.0, 2400.0, -620.0),
    (100.0, 300.0, -760.0),
    (110.0, 300.0, 0.0),
    (120.0, 300.0, 950.0),
)
"""One station-to-station run: time [s], speed [rpm], torque [Nm], linear in between."""


@dataclass(frozen=True, slots=True)
class BenchState:
    """Time in the cycle [s] and the temperatures of winding, core, magnets and coolant [degC]."""

    cycle_s: float = 0.0
    temps_c: tuple[float, float, float, float] = (92.0, 64.0, 76.0, 46.0)


@dataclass(frozen=True, slots=True)
class Drive:
    """Electrical and mechanical state: speed [rpm], torque [Nm], currents [A peak], losses and powers [W]."""

    speed_rpm: float
    torque_nm: float
    current_a: float
    copper_w: float
    iron_w: float
    magnet_w: float
    friction_w: float
    shaft_w: float
    electric_w: float


def demand(cycle_s: float) -> tuple[float, float]:
    """Speed [rpm] and torque [Nm] the bench asks for at a time in the cycle [s]."""
    times = [row[0] for row in CYCLE]
    at = cycle_s % times[-1]
    return (
        float(np.interp(at, times, [row[1] for row in CYCLE])),
        float(np.interp(at, times, [row[2] for row in CYCLE])),
    )


def drive(speed_rpm: float, torque_nm: float, winding_c: float, magnet_c: float) -> Drive:
    """Currents, losses and powers at one operating point.

    Parameters
    ----------
    speed_rpm
        Shaft speed. [1/min]
    torque_nm
        Shaft torque, negative when braking. [Nm]
    winding_c
        Winding temperature; sets the resistance. [degC]
    magnet_c
        Magnet temperature; sets the flux. [degC]

    Returns
    -------
    drive
        Electric power equals shaft power plus all losses.

    References
    ----------
    .. [1] Pyrhönen, Jokinen & Hrabovcová, "Design of Rotating Electrical Machines", 2nd ed., ch. 7.3 and 9.1.
    """
    omega = speed_rpm * 2 * math.pi / 60
    electric_rad_s = POLE_PAIRS * omega
    flux_wb = FLUX_20C_WB * (1 + FLUX_PER_K * (magnet_c - 20))
    friction_w = 0.9 * omega + 4e-6 * omega**3
    air_gap_nm = torque_nm + friction_w / max(omega, 1.0)
    q_a = air_gap_nm / (1.5 * POLE_PAIRS * flux_wb)
    ceiling_wb = DC_LINK_V / math.sqrt(3) / max(electric_rad_s, 1.0)
    d_a = -max(0.0, flux_wb - ceiling_wb) / D_INDUCTANCE_H
    current_a = math.hypot(q_a, d_a)
    resistance_ohm = RESISTANCE_20C_OHM * (1 + COPPER_PER_K * (winding_c - 20))
    copper_w = 1.5 * resistance_ohm * current_a**2
    iron_w = 4.6 * (electric_rad_s / (2 * math.pi)) ** 1.2 * (0.7 + 0.3 * abs(q_a) / 350)
    magnet_w = 0.12 * iron_w
    shaft_w = torque_nm * omega
    friction_w = air_gap_nm * omega - shaft_w
    electric_w = shaft_w + friction_w + copper_w + iron_w + magnet_w
    return Drive(speed_rpm, torque_nm, current_a, copper_w, iron_w, magnet_w, friction_w, shaft_w, electric_w)


def cooling(flow_l_min: float) -> Network:
    """Thermal network at a coolant flow.

    Parameters
    ----------
    flow_l_min
        Coolant flow. [l/min]

    Returns
    -------
    network
        Grounds in the order coolant stream, shop air. The film coefficient follows flow to the power 0.8.

    References
    ----------
    .. [1] Kirchgässner, Wallscheid & Böcker, "Thermal neural networks", Eng. Appl. AI 117 (2023) 105537
       (four-node network of a motor of this size).
    .. [2] Dittus & Boelter (1930), turbulent pipe flow.
    """
    share = max(flow_l_min, 0.2) / RATED_FLOW_L_MIN
    stream_w_k = max(flow_l_min, 0.0) / 60 * COOLANT_KG_L * COOLANT_J_KG_K
    links = (
        (WINDING, CORE, 110.0),
        (CORE, MAGNET, 22.0),
        (WINDING, MAGNET, 4.0),
        (CORE, COOLANT, 260.0 * share**0.8),
    )
    return Network(
        (7800.0, 30000.0, 14000.0, 5200.0), links, ((COOLANT, stream_w_k, INLET_C), (CORE, 9.0, SHOP_C))
    )


def step_bench(state: BenchState, dt_s: float, flow_l_min: float) -> BenchState:
    """Advance the cycle and the temperatures.

    Parameters
    ----------
    state
        State before the step.
    dt_s
        Length of the step. [s]
    flow_l_min
        Coolant flow. [l/min]

    Returns
    -------
    state
        State after the step.
    """
    point = drive(*demand(state.cycle_s), state.temps_c[WINDING], state.temps_c[MAGNET])
    heat = np.array(
        [point.copper_w, point.iron_w + 0.5 * point.friction_w, point.magnet_w + 0.5 * point.friction_w, 0.0]
    )
    temps = step_network(cooling(flow_l_min), np.array(state.temps_c), heat, dt_s)
    winding, core, magnet, coolant = (float(t) for t in temps)
    return BenchState((state.cycle_s + dt_s) % CYCLE[-1][0], (winding, core, magnet, coolant))


def coolant_heat_w(state: BenchState, flow_l_min: float) -> float:
    """Heat the coolant carries away at a flow [l/min]. [W]"""
    return float(ground_heat(cooling(flow_l_min), np.array(state.temps_c))[0])
