"""A run-up or run-down in one record: the first order turn after turn, by the pulses of a tacho."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from arkwright.health.symptom import Record

TURNS = 8
"""Turns over which the first order is averaged: its band is an eighth of an order wide. [1]"""
LEAST_CHANGE = 0.15  # of the speed: less is no run-up
MOST_POINTS = 60


def first_orders(record: Record) -> list[tuple[float, float]]:
    """Measure velocity at the first order against the speed, where the speed changes within the record.

    Parameters
    ----------
    record
        Record of acceleration with the pulses of a tacho.

    Returns
    -------
    points
        Speed [Hz] and velocity [mm/s RMS], slowest first; empty where the speed hardly changes.
    """
    pulses = record.tacho_s
    if pulses is None or len(pulses) < 5 * TURNS or not np.isfinite(pulses).all():
        return []
    gaps = np.diff(pulses)
    if not (gaps > 0).all() or float(gaps.max() / gaps.min()) < 1 + LEAST_CHANGE:
        return []
    edges = pulses[::TURNS]
    points = [_point(record, pulses, a, b) for a, b in pairwise(edges)]
    kept = sorted(p for p in points if p is not None)
    return kept[:: max(1, -(-len(kept) // MOST_POINTS))]


def _point(
    record: Record, pulses: np.ndarray[tuple[int], np.dtype[np.float64]], start_s: float, end_s: float
) -> tuple[float, float] | None:
    """Speed and velocity over some turns, each sample turned back by the angle it was taken at."""
    low, high = int(np.ceil(start_s * record.rate_hz)), int(end_s * record.rate_hz)
    if low < 0 or high > len(record.samples) or high - low < 8 * TURNS:
        return None
    times = np.arange(low, high) / record.rate_hz
    turns = np.interp(times, pulses, np.arange(len(pulses)))
    x = record.samples[low:high]
    first = 2 * abs(complex(np.mean((x - x.mean()) * np.exp(-2j * np.pi * turns))))
    hz = TURNS / (end_s - start_s)
    return float(hz), float(1000 * first / (np.sqrt(2) * 2 * np.pi * hz))
