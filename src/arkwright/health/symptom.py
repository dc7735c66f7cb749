"""Tests of one record: what a waveform is asked, whether it comes alone in a file or in a stream.

A test says which faults' symptoms one record shows. Alone (`arkwright diagnose`) its answer is the verdict;
in a stream the check that `health.record_check` makes of it waits until several records agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from arkwright.core.finding import Band, Evidence
from arkwright.core.plant import Asset

Floats = NDArray[np.float64]
Base = Mapping[str, tuple[float, float]]
"""Median and spread of each descriptor over an asset's own early records; empty where there are none."""


@dataclass(frozen=True)
class Record:
    """What a test may see of one waveform.

    ``samples`` have shape ``(n,)`` in the quantity's canonical unit where ``has_unit``, else in any unit.
    ``tacho_s`` [s] are the times of one pulse a turn, shape ``(m,)``, where there is a tacho. ``beside``
    holds what was sampled at the same times, each of shape ``(n,)``, by location (a probe at right angles).
    ``at_speeds`` holds the base of the same place at each speed [rpm] that it was seen at, slowest first.
    """

    samples: Floats
    rate_hz: float
    quantity: str
    speed_rpm: float | None = None
    location: str = ""
    has_unit: bool = True
    tacho_s: Floats | None = None
    beside: Mapping[str, Floats] = field(default_factory=dict)
    at_speeds: tuple[tuple[float, Base], ...] = ()


@dataclass(frozen=True)
class Symptom:
    """One fault that a record speaks for.

    ``cause`` names a fault mode; ``confidence`` is how often such a record is right. [1]
    ``text`` and ``text_zh`` are the sentence for a fitter, without the asset's name. ``band`` is how urgent
    the record itself shows it to be; in a stream, velocity and growth may only raise it.
    """

    cause: str
    confidence: float
    text: str
    text_zh: str
    evidence: tuple[Evidence, ...] = ()
    band: Band = "watch"


@dataclass(frozen=True)
class Told:
    """What a test says of one record.

    ``descriptors`` are figures that may be followed over time, by name with the unit as suffix; ``symptoms``
    the faults it speaks for, strongest first; ``missing`` names what would be needed to judge at all.
    """

    descriptors: Mapping[str, float] = field(default_factory=dict)
    symptoms: tuple[Symptom, ...] = ()
    missing: tuple[str, ...] = ()
    against: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Test:
    """One family of faults, asked of one record; one file, beside the check that is made of it.

    ``plate`` names the nameplate fields that it needs, with what each is; ``also`` those it can use.
    ``judge(record, asset, base)`` is pure; ``causes`` are the fault modes that it may name. ``false_rate`` is
    the largest share of healthy records that may show a symptom (the contract tests count it). [1]
    ``of_asset`` says that what it finds ails the whole asset, wherever it was measured. ``example`` gives
    every field of ``plate`` a value that makes sense, for the docs and the tests. ``needs_base`` says that
    one record alone shows nothing: only what the place showed before makes it a symptom.
    """

    __test__ = False  # not one of pytest's

    name: str
    title: str
    summary: str
    quantity: str
    causes: tuple[str, ...]
    judge: Callable[[Record, Asset, Base], Told]
    plate: Mapping[str, str] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)
    needs_speed: bool = True
    references: tuple[str, ...] = ()
    false_rate: float = 0.01
    of_asset: bool = False
    example: Mapping[str, float | str] = field(default_factory=dict)
    needs_base: bool = False

    def applies_to(self, asset: Asset) -> bool:
        """Say whether an asset measures the quantity and states every field of the nameplate."""
        measured = asset.measuring(self.quantity, kind="waveform")
        return bool(measured) and all(name in asset.nameplate for name in self.plate)
