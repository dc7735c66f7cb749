"""Condition indicators of gears from the average over one turn, and the arithmetic of teeth."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def mesh_hz(shaft_hz: float, n_teeth: int) -> float:
    """Return the tooth mesh frequency of a gear with ``n_teeth`` at ``shaft_hz`` [Hz]. [Hz]"""
    return shaft_hz * n_teeth


def hunting_hz(shaft_hz: float, n_teeth: int, n_mate: int) -> float:
    """Compute how often the same two teeth meet.

    Parameters
    ----------
    shaft_hz
        Speed of the gear. [Hz]
    n_teeth
        Its teeth. [1]
    n_mate
        Teeth of its mate. [1]

    Returns
    -------
    frequency
        Hunting tooth frequency: mesh frequency over the least common multiple of both tooth counts. [Hz]

    References
    ----------
    .. [1] Randall (2011), Vibration-based Condition Monitoring, Wiley, section 2.2.2.
    """
    return mesh_hz(shaft_hz, n_teeth) * gcd(n_teeth, n_mate) / (n_teeth * n_mate)


def hunting_turns(n_teeth: int, n_mate: int) -> int:
    """Return the turns of a gear after which the same two teeth meet again. [1]"""
    return n_mate // gcd(n_teeth, n_mate)


def order_amplitudes(average: Floats) -> Floats:
    """Return the amplitude of each order of an average over one turn, shape ``(n // 2 + 1,)``. [any]

    Parameters
    ----------
    average
        Average over one turn, shape ``(n,)``. [any]
    """
    from scipy import fft

    amplitude = np.abs(fft.rfft(average)) * 2 / len(average)
    amplitude[0] /= 2
    if len(average) % 2 == 0:
        amplitude[-1] /= 2
    return np.asarray(amplitude, np.float64)


def fm0(average: Floats, n_teeth: int, n_harmonics: int = 4) -> float:
    """Compute FM0: peak to peak over the sum of the amplitudes of the mesh and its harmonics.

    Parameters
    ----------
    average
        Average over one turn, shape ``(n,)``. [any]
    n_teeth
        Teeth of the gear. [1]
    n_harmonics
        Harmonics of the mesh, the first included. [1]

    Returns
    -------
    fm0
        Rises with a broken tooth by its peak, with wear by the loss of mesh. [1]

    References
    ----------
    .. [1] Stewart (1977), Some useful data analysis techniques for gearbox diagnostics, Southampton.
    """
    amplitude = order_amplitudes(average)
    at = n_teeth * np.arange(1, n_harmonics + 1)
    mesh = float(amplitude[at[at < len(amplitude)]].sum())
    return float(np.ptp(average)) / max(mesh, np.finfo(float).tiny)


def normal_moment(x: Floats, power: int) -> float:
    """Compute a central moment over that power of the standard deviation.

    With ``power`` 4 of the difference signal this is FM4, with 6 M6A, with 8 M8A: 3, 15 and 105 for normal
    noise.

    Parameters
    ----------
    x
        Difference signal, shape ``(n,)``. [any]
    power
        Order of the moment, even. [1]

    Returns
    -------
    moment
        Normalised moment. [1]

    References
    ----------
    .. [1] Stewart (1977), FM4; Martin (1989), Proc. 44th MFPG, M6A and M8A.
    """
    centred = x - x.mean()
    variance = max(float(np.mean(centred**2)), np.finfo(float).tiny)
    return float(np.mean(centred**power) / variance ** (power / 2))


def fm4(difference: Floats) -> float:
    """Return FM4, the kurtosis of a difference signal of shape ``(n,)`` [any]. [1]"""
    return normal_moment(difference, 4)


def m6a(difference: Floats) -> float:
    """Return M6A, the sixth moment of a difference signal of shape ``(n,)`` [any]. [1]"""
    return normal_moment(difference, 6)


def m8a(difference: Floats) -> float:
    """Return M8A, the eighth moment of a difference signal of shape ``(n,)`` [any]. [1]"""
    return normal_moment(difference, 8)


def na4(residual: Floats, before: Sequence[Floats] = ()) -> float:
    """Compute NA4: the fourth moment of a residual over the square of the mean variance so far.

    Parameters
    ----------
    residual
        Residual signal of this average, shape ``(n,)``. [any]
    before
        Residuals of the averages before it, each of shape ``(n,)``. [any]

    Returns
    -------
    na4
        Three for normal noise; where damage spreads it goes on rising, as FM4 does not. [1]

    References
    ----------
    .. [1] Zakrajsek, Townsend, Decker (1993), NASA TM-105950.
    """
    centred = residual - residual.mean()
    variances = [float(np.var(own)) for own in (*before, residual)]
    return float(np.mean(centred**4)) / max(float(np.mean(variances)) ** 2, np.finfo(float).tiny)


def mesh_envelope(average: Floats, n_teeth: int, harmonic: int = 1) -> Floats:
    """Compute the envelope of an average in the band of one harmonic of the mesh.

    Parameters
    ----------
    average
        Average over one turn, shape ``(n,)``. [any]
    n_teeth
        Teeth of the gear. [1]
    harmonic
        Harmonic of the mesh. [1]

    Returns
    -------
    envelope
        Amplitude of the band that reaches half a tooth order to either side, same shape. [any]
    """
    from scipy import fft

    bins = np.asarray(fft.fft(average))
    order = np.arange(len(bins))
    inside = np.abs(order - harmonic * n_teeth) < n_teeth / 2
    return np.asarray(np.abs(fft.ifft(np.where(inside & (order < len(bins) / 2), 2 * bins, 0))), np.float64)


def nb4(average: Floats, n_teeth: int, before: Sequence[Floats] = ()) -> float:
    """Compute NB4: NA4 of the envelope in the band of the mesh.

    Parameters
    ----------
    average
        Average over one turn, shape ``(n,)``. [any]
    n_teeth
        Teeth of the gear. [1]
    before
        Averages before it, each of shape ``(n,)``. [any]

    Returns
    -------
    nb4
        Rises where a few teeth change the load that the mesh carries. [1]

    References
    ----------
    .. [1] Zakrajsek, Handschuh, Decker (1994), NASA TM-106467.
    """
    return na4(mesh_envelope(average, n_teeth), [mesh_envelope(own, n_teeth) for own in before])


def sideband_index(average: Floats, n_teeth: int) -> float:
    """Return the mean amplitude of the first sidebands of the mesh, of an average ``(n,)`` [any]. [any]

    References
    ----------
    .. [1] Szczepanik (1989), IMEKO: sideband index.
    """
    amplitude = order_amplitudes(average)
    return float((amplitude[n_teeth - 1] + amplitude[n_teeth + 1]) / 2)


def sideband_level(average: Floats, n_teeth: int) -> float:
    """Return the sum of the first sidebands of the mesh over the RMS of an average ``(n,)`` [any]. [1]

    References
    ----------
    .. [1] Lebold et al. (2000), Proc. 54th MFPT: sideband level factor.
    """
    return 2 * sideband_index(average, n_teeth) / max(float(np.std(average)), np.finfo(float).tiny)


def sideband_ratio(average: Floats, n_teeth: int, n_sidebands: int = 6) -> float:
    """Compute the sum of the amplitudes of the sidebands of the mesh over that of the mesh.

    Parameters
    ----------
    average
        Average over one turn, shape ``(n,)``. [any]
    n_teeth
        Teeth of the gear. [1]
    n_sidebands
        Sidebands on either side. [1]

    Returns
    -------
    ratio
        Sideband energy ratio. [1]

    References
    ----------
    .. [1] Hanna, Hatch, Kalb, Weiss, Luo (2011), U.S. patent 8,131,484: sideband energy ratio.
    """
    amplitude = order_amplitudes(average)
    reach = min(n_sidebands, n_teeth // 2, len(amplitude) - 1 - n_teeth)
    sides = float(amplitude[n_teeth - reach : n_teeth + reach + 1].sum() - amplitude[n_teeth])
    return sides / max(float(amplitude[n_teeth]), np.finfo(float).tiny)


def energy_ratio(regular: Floats, difference: Floats) -> float:
    """Compute the RMS of the difference signal over that of the regular one.

    Parameters
    ----------
    regular
        Regular signal, shape ``(n,)``. [any]
    difference
        Difference signal, shape ``(n,)``. [any]

    Returns
    -------
    ratio
        Rises where energy leaves the mesh, as by wear of all teeth. [1]

    References
    ----------
    .. [1] Swansson (1980), Inst. Engineers Australia: application of vibration analysis to gears.
    """
    return float(np.std(difference)) / max(float(np.std(regular)), np.finfo(float).tiny)
