"""A coke battery: ovens that are charged, coked and pushed in turn, and the flues that heat them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

N_OVENS = 24
CYCLE_S = 18.5 * 3600
"""Coking time from charge to push. [s]"""
COAL_KG = 22000.0
MOISTURE = 0.09
COAL_J_KG_K = 1500.0
WATER_J_KG = 2.6e6
"""Heat to dry coal and raise its steam to the flue of the gas off-take. [J/kg]"""
OVEN_W_K = 870.0
"""Wall conductance of one oven: a cake at 1050 degC after 18.5 h with flues at 1290 degC. [W/K]"""
FLUE_J_K = 4.5e8
LOSS_W_K = 2200.0
COG_NM3_T = 330.0
"""Coke-oven gas per tonne of dry coal (works practice 310-340). [Nm3/t]"""
SHOP_C = 20.0
DRYING_C = 100.0


@dataclass(frozen=True)
class Battery:
    """State: age [s], cake temperature [degC] and water left [kg] of each oven; flue temperature [degC]."""

    age_s: FloatArray
    cake_c: FloatArray
    water_kg: FloatArray
    flue_c: float
    last_push_c: float = 1045.0


def start_battery() -> Battery:
    """Return a battery whose ovens are spread evenly over the coking time, each heated for its age."""
    age_s = np.arange(N_OVENS) * CYCLE_S / N_OVENS
    cake = np.full(N_OVENS, SHOP_C)
    water = np.full(N_OVENS, COAL_KG * MOISTURE)
    step_s = 120.0
    for k in range(int(CYCLE_S / step_s)):
        heated = k * step_s < age_s
        new_cake, new_water, _ = heat_cakes(cake, water, np.full(N_OVENS, 1290.0), step_s)
        cake, water = np.where(heated, new_cake, cake), np.where(heated, new_water, water)
    return Battery(age_s, cake, water, 1290.0)


def heat_cakes(
    cake_c: FloatArray, water_kg: FloatArray, flue_c: FloatArray, dt_s: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Heat every cake from its flues; a wet cake stays at 100 degC until its water is gone.

    Parameters
    ----------
    cake_c
        Cake temperatures, shape ``(n,)``. [degC]
    water_kg
        Water left, shape ``(n,)``. [kg]
    flue_c
        Flue temperatures, shape ``(n,)``. [degC]
    dt_s
        Length of the step. [s]

    Returns
    -------
    cake_c, water_kg, heat_j
        After the step, and the heat each cake took, shape ``(n,)``. [degC, kg, J]
    """
    heat_j = OVEN_W_K * (flue_c - cake_c) * dt_s
    room_j = np.maximum(0.0, (DRYING_C - cake_c) * COAL_KG * COAL_J_KG_K)
    warm_j = np.minimum(heat_j, np.where(water_kg > 0, room_j, heat_j))
    dried = np.minimum((heat_j - warm_j) / WATER_J_KG, water_kg)
    rest_j = heat_j - warm_j - dried * WATER_J_KG
    return cake_c + (warm_j + rest_j) / (COAL_KG * COAL_J_KG_K), water_kg - dried, heat_j


def step_battery(state: Battery, dt_s: float, firing_w: float, flue_offset_c: FloatArray) -> Battery:
    """Advance the battery; an oven that is done is pushed and charged again.

    Parameters
    ----------
    state
        State before the step.
    dt_s
        Length of the step, below the pushing interval. [s]
    firing_w
        Heat of the heating gas less what its waste gas carries off. [W]
    flue_offset_c
        How far each oven's own flues are from the battery's mean, shape ``(24,)``. [K]

    Returns
    -------
    state
        State after the step.
    """
    cake, water, heat_j = heat_cakes(state.cake_c, state.water_kg, state.flue_c + flue_offset_c, dt_s)
    net_j = firing_w * dt_s - float(heat_j.sum()) - LOSS_W_K * (state.flue_c - SHOP_C) * dt_s
    age = state.age_s + dt_s
    done = age >= CYCLE_S
    pushed_c = float(cake[done].mean()) if done.any() else state.last_push_c
    return Battery(
        np.where(done, age - CYCLE_S, age),
        np.where(done, SHOP_C, cake),
        np.where(done, COAL_KG * MOISTURE, water),
        state.flue_c + net_j / FLUE_J_K,
        pushed_c,
    )


def firing_for(state: Battery, goal_c: float) -> float:
    """Heat that closes the way to a flue goal [degC] in half an hour, over what is taken now. [W]"""
    taken = OVEN_W_K * float((state.flue_c - state.cake_c).sum()) + LOSS_W_K * (state.flue_c - SHOP_C)
    return max(0.0, taken + FLUE_J_K * (goal_c - state.flue_c) / 1800)


def gas_nm3_h(state: Battery) -> float:
    """Coke-oven gas made now: an oven gives most of its gas between 400 and 900 degC. [Nm3/h]"""
    rate = np.exp(-0.5 * ((state.cake_c - 620) / 210) ** 2)
    full = COG_NM3_T * COAL_KG / 1000 * (1 - MOISTURE) * N_OVENS / (CYCLE_S / 3600)
    return float(full * rate.mean() / 0.47)
