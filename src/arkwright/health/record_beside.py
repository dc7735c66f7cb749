"""What was sampled at the same times as a record of a stream: other places, other quantities, a tacho."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from arkwright.core.plant import Asset, Signal
from arkwright.core.tables import Slice, Waveform, is_good

Floats = NDArray[np.float64]
TACHO = "tacho"
"""The location of a tacho's signal, whatever its quantity."""
TACHO_PULSES = "tacho_pulses"
"""The field of the nameplate that holds its pulses in one turn; one where it is not stated."""


def sampled_beside(waveform: Waveform, cell: Slice, asset: Asset) -> dict[str, Floats]:
    """Return the asset's other records of the same times, each of shape ``(n,)``, by location.

    Those of another quantity are named with it: ``voltage.L1``.
    """
    signals = {s.name: s for s in asset.signals if s.kind == "waveform"}
    own = signals[waveform.signal]
    return {
        _name(signals[other.signal], own): np.asarray(other.samples, np.float64)
        for other in cell.waveforms
        if other.signal in signals and other.signal != waveform.signal and _together(waveform, other)
    }


def pulses_beside(waveform: Waveform, cell: Slice, asset: Asset) -> Floats | None:
    """Return the pulses of the asset's tacho since the record began, one a turn, shape ``(m,)``. [s]

    None where there is no tacho, where its record began at another time, or shows no pulses.
    """
    from arkwright.kits.tracking import pulses_of

    tachos = {s.name for s in asset.signals if s.kind == "waveform" and s.location == TACHO}
    for other in cell.waveforms:
        if other.signal in tachos and other.signal != waveform.signal and _starts_with(waveform, other):
            try:
                per_turn = round(asset.rated(TACHO_PULSES) or 1.0)
                return pulses_of(np.asarray(other.samples, np.float64), other.rate_hz, per_turn)
            except ValueError:
                return None
    return None


def _name(signal: Signal, own: Signal) -> str:
    place = signal.location or signal.name
    return place if signal.quantity == own.quantity else f"{signal.quantity}.{place}"


def _starts_with(one: Waveform, other: Waveform) -> bool:
    return abs((one.time - other.time).total_seconds()) * one.rate_hz <= 0.5 and is_good(other.status)


def _together(one: Waveform, other: Waveform) -> bool:
    """Say whether two records were sampled at the same times, to half a sample."""
    same = one.rate_hz == other.rate_hz and len(one.samples) == len(other.samples)
    return same and _starts_with(one, other)
