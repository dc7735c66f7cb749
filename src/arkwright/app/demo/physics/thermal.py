"""Lumped-parameter thermal networks whose heat balance closes to rounding, whatever the step."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Network:
    """Nodes that store heat, links between them, and links to bodies of fixed temperature.

    ``capacity_j_k`` holds one capacity a node [J/K]; ``links`` are (node, node, conductance [W/K]);
    ``grounds`` are (node, conductance [W/K], temperature [degC]). A coolant stream is a ground at its inlet
    temperature whose conductance is mass flow times specific heat.
    """

    capacity_j_k: tuple[float, ...]
    links: tuple[tuple[int, int, float], ...]
    grounds: tuple[tuple[int, float, float], ...]


def step_network(network: Network, temps_c: FloatArray, heat_w: FloatArray, dt_s: float) -> FloatArray:
    """Advance the node temperatures by one backward Euler step.

    Parameters
    ----------
    network
        The network during this step.
    temps_c
        Node temperatures before the step, shape ``(n,)``. [degC]
    heat_w
        Heat put into each node, shape ``(n,)``. [W]
    dt_s
        Length of the step; stable for any. [s]

    Returns
    -------
    temps_c
        Node temperatures after the step, shape ``(n,)``. [degC]

    References
    ----------
    .. [1] Mellor, Roberts & Turner, "Lumped parameter thermal model for electrical machines of TEFC design",
       IEE Proc. B 138 (1991) 205-218.
    """
    storage = np.array(network.capacity_j_k) / dt_s
    matrix = np.diag(storage)
    right = storage * temps_c + heat_w
    for i, j, conductance in network.links:
        matrix[i, i] += conductance
        matrix[j, j] += conductance
        matrix[i, j] -= conductance
        matrix[j, i] -= conductance
    for i, conductance, fixed_c in network.grounds:
        matrix[i, i] += conductance
        right[i] += conductance * fixed_c
    return np.asarray(np.linalg.solve(matrix, right), dtype=np.float64)


def ground_heat(network: Network, temps_c: FloatArray) -> FloatArray:
    """Heat that leaves through each ground.

    Parameters
    ----------
    network
        The network during the step.
    temps_c
        Node temperatures after the step, shape ``(n,)``. [degC]

    Returns
    -------
    heat_w
        One value a ground, in their order, shape ``(n_grounds,)``. [W]
    """
    return np.array([conductance * (temps_c[i] - fixed_c) for i, conductance, fixed_c in network.grounds])


def stored_heat(network: Network, temps_c: FloatArray) -> float:
    """Heat stored above 0 degC in nodes at temperatures [degC] of shape ``(n,)``. [J]"""
    return float(np.dot(network.capacity_j_k, temps_c))
