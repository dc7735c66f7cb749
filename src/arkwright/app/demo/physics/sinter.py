"""A sinter strand: flame front, burn-through point, windboxes, mass."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from arkwright.app.demo.physics.drift import approach, wander

FloatArray = NDArray[np.float64]

LENGTH_M = 48.0
WIDTH_M = 3.2
N_WINDBOXES = 16
MIX_KG_M3 = 1850.0
SINTER_YIELD, RETURN_FINES = 0.66, 0.22
"""Shares of the mix that leave as product and as fines; the rest is gas (Cappel & Wendeborn, "Sintern von
Eisenerzen", 1973). [1]"""
BED_MM, SUCTION_MBAR = 620.0, 142.0
AIR_NM3_MIN_M2, FLAME_MM_MIN = 40.0, 22.0
"""Air and flame-front speed at the design bed and suction: 1500 Nm3/t of sinter, 20-25 mm/min in practice."""
SHOP_C = 25.0


@dataclass(frozen=True, slots=True)
class Strand:
    """State: strand speed [m/min], bed height [mm], drifts of permeability [1], false air [1]."""

    speed_m_min: float = 1.61
    bed_mm: float = BED_MM
    permeability: float = 0.0
    moisture: float = 0.0
    false_air: float = 0.0


def air_nm3_min_m2(state: Strand, suction_mbar: float) -> float:
    """Air through the bed by Voice's formula.

    Parameters
    ----------
    state
        State of the strand.
    suction_mbar
        Suction below the bed. [mbar]

    Returns
    -------
    flow
        Air per grate area. [Nm3/(min m2)]

    References
    ----------
    .. [1] Voice, Brooks & Gledhill, "The permeability of sinter beds", ISI special report 53 (1955): Q/A =
       P (dp/h)**0.6.
    """
    openness = 1 + 0.10 * state.permeability - 0.06 * abs(state.moisture)
    drive = suction_mbar / SUCTION_MBAR * BED_MM / state.bed_mm
    return AIR_NM3_MIN_M2 * openness * float(drive**0.6)


def flame_mm_min(state: Strand, suction_mbar: float) -> float:
    """Speed of the flame front at a suction [mbar]: the heat wave travels with the air. [mm/min]"""
    return FLAME_MM_MIN * air_nm3_min_m2(state, suction_mbar) / AIR_NM3_MIN_M2


def burn_through_m(state: Strand, suction_mbar: float) -> float:
    """Where the flame reaches the grate at a suction [mbar]; past the strand's end the sinter is raw. [m]"""
    return state.speed_m_min * state.bed_mm / flame_mm_min(state, suction_mbar)


def windbox_c(state: Strand, suction_mbar: float) -> FloatArray:
    """Waste-gas temperature of each windbox.

    Parameters
    ----------
    state
        State of the strand.
    suction_mbar
        Suction below the bed. [mbar]

    Returns
    -------
    temps_c
        Saturated at 60 degC until the flame nears the grate, then a peak at burn-through, shape ``(16,)``.
        [degC]
    """
    middle = (np.arange(N_WINDBOXES) + 0.5) * LENGTH_M / N_WINDBOXES
    behind = (middle - burn_through_m(state, suction_mbar)) / 3.6
    peak = 330 * np.exp(-0.5 * np.where(behind < 0, behind * 1.1, behind * 0.8) ** 2)
    return np.asarray((60 + peak) * (1 - 0.25 * state.false_air) + SHOP_C * 0.25 * state.false_air)


def suction_mbar(state: Strand) -> float:
    """Suction the fan holds: false air eats it. [mbar]"""
    return SUCTION_MBAR * (1 - 0.32 * state.false_air) * (1 - 0.02 * state.permeability)


def mix_t_h(state: Strand) -> float:
    """Raw mix laid on the strand. [t/h]"""
    return state.speed_m_min * 60 * WIDTH_M * state.bed_mm / 1000 * MIX_KG_M3 / 1000


def mass_split(state: Strand) -> tuple[float, float, float]:
    """Product, return fines and mass lost to the gas; their sum is the mix. [t/h]"""
    mix = mix_t_h(state)
    return SINTER_YIELD * mix, RETURN_FINES * mix, (1 - SINTER_YIELD - RETURN_FINES) * mix


def waste_gas_nm3_h(state: Strand) -> float:
    """Waste gas at the fan, false air included. [Nm3/h]"""
    through_bed = air_nm3_min_m2(state, suction_mbar(state)) * 60 * LENGTH_M * WIDTH_M
    return through_bed * (1 + 0.9 * state.false_air)


def step_strand(state: Strand, dt_s: float, leak: float, normals: tuple[float, float]) -> Strand:
    """Advance the strand; its speed is trimmed to burn through 2.5 m before the end.

    Parameters
    ----------
    state
        State before the step.
    dt_s
        Length of the step. [s]
    leak
        Severity of worn strand seals, 0 to 1. [1]
    normals
        Two draws from the standard normal distribution. [1]

    Returns
    -------
    state
        State after the step.
    """
    at_m = burn_through_m(state, suction_mbar(state))
    wanted = state.speed_m_min * (LENGTH_M - 2.5) / at_m
    return replace(
        state,
        speed_m_min=approach(state.speed_m_min, float(np.clip(wanted, 1.0, 2.2)), dt_s, 420.0),
        permeability=wander(state.permeability, dt_s, 600.0, 0.2, normals[0]),
        moisture=wander(state.moisture, dt_s, 900.0, 0.2, normals[1]),
        false_air=approach(state.false_air, leak, dt_s, 60.0),
    )
