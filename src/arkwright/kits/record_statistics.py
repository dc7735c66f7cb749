"""Figures of a record's samples that are followed over time: how strong, how spiky, how fast."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.lmoments import l_moments
from arkwright.kits.negentropy import envelope_negentropies

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RecordStatistics:
    """What the samples of one record say, its mean apart; each field says where it is one of a kind.

    ``mean``, ``rms`` and ``peak`` are in the record's unit; ``activity`` is its square and ``mobility`` in
    rad/s; all others are ratios [1]. White Gaussian noise has kurtosis 3, L-kurtosis 0.1226, shape
    1.2533, negentropies 0.4228 and 0.6159; a sine crest 1.4142, kurtosis 1.5, complexity 1.
    """

    mean: float
    rms: float
    peak: float
    crest: float
    kurtosis: float
    skewness: float
    shape: float
    impulse: float
    clearance: float
    l_skewness: float
    l_kurtosis: float
    activity: float
    mobility: float
    complexity: float
    envelope_negentropy: float
    envelope_spectrum_negentropy: float


def statistics_of(x: Floats, rate_hz: float = 1.0) -> RecordStatistics:
    """Compute every figure of a record.

    Parameters
    ----------
    x
        Record, shape ``(n,)``, at least eight samples that are numbers and not all equal. [any]
    rate_hz
        Sample rate; only ``mobility`` needs it. [Hz]

    Returns
    -------
    statistics
        The figures.

    Raises
    ------
    ValueError
        If the record is shorter than eight samples, constant or holds what is no number.

    References
    ----------
    .. [1] Randall (2021), "Vibration-based Condition Monitoring", 2nd ed., Wiley, on crest factor and
       kurtosis; shape, impulse and clearance are the quotients of the means of |x|^p that bear these names.
    """
    from scipy.signal import hilbert

    if len(x) < 8 or not np.isfinite(x).all() or float(np.ptp(x)) == 0.0:
        raise ValueError(f"a record of {len(x)} samples that are few, equal or not numbers has no statistics")
    mean = float(x.mean())
    centred = np.asarray(x - mean, np.float64)
    peak = float(np.abs(centred).max())
    # In units of its own peak, so that the fourth power of no unit is out of range.
    centred /= peak
    size, square = np.abs(centred), centred**2
    power = float(square.mean())
    rms = power**0.5
    moments = l_moments(centred)
    in_time, in_frequency = envelope_negentropies(np.abs(hilbert(centred)) ** 2)
    activity, mobility, complexity = hjorth(centred, rate_hz)
    return RecordStatistics(
        mean=mean,
        rms=rms * peak,
        peak=peak,
        crest=1.0 / rms,
        kurtosis=float((square**2).mean()) / power**2,
        skewness=float((square * centred).mean()) / power**1.5,
        shape=rms / float(size.mean()),
        impulse=1.0 / float(size.mean()),
        clearance=1.0 / float(np.sqrt(size).mean()) ** 2,
        l_skewness=moments.skewness,
        l_kurtosis=moments.kurtosis,
        activity=activity * peak * peak,
        mobility=mobility,
        complexity=complexity,
        envelope_negentropy=float(in_time),
        envelope_spectrum_negentropy=float(in_frequency),
    )


def hjorth(x: Floats, rate_hz: float = 1.0) -> tuple[float, float, float]:
    """Compute Hjorth's descriptors: how strong, how fast, and how far from one sine.

    Parameters
    ----------
    x
        Record, shape ``(n,)``, not constant. [any]
    rate_hz
        Sample rate. [Hz]

    Returns
    -------
    activity
        Variance. [square of any]
    mobility
        Root of the variance of the slope over that of the record; 2 fs sin(pi f / fs) for a sine. [rad/s]
    complexity
        Mobility of the slope over that of the record; 1 for a sine. [1]

    References
    ----------
    .. [1] Hjorth (1970), "EEG analysis based on time domain properties", Electroencephalography and Clinical
       Neurophysiology 29(3), 306-310.
    """
    slope = np.diff(x) * rate_hz
    bend = np.diff(slope) * rate_hz
    activity, slope_power, bend_power = (float(np.var(part)) for part in (x, slope, bend))
    mobility = (slope_power / activity) ** 0.5
    if slope_power == 0.0:
        return activity, mobility, 0.0
    return activity, mobility, (bend_power / slope_power) ** 0.5 / mobility
