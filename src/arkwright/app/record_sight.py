"""One record that somebody looks at: its samples and all that is known of it, with what is asked of both."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from arkwright.app.record_curves import (
    MOST_SAMPLES,
    Curve,
    Floats,
    Lines,
    lines_of,
    spectrum_curve,
    waveform_curve,
)
from arkwright.app.record_pictures import BandView, Heat, band_view, kurtogram_picture
from arkwright.app.record_turn import Turn, turn_picture
from arkwright.app.record_views import RecordViews, bearing_of, record_views
from arkwright.core.errors import HistoryError
from arkwright.core.plant import Asset, Signal
from arkwright.core.tables import Waveform
from arkwright.kits.quality import record_flaws

LEAST_LINES = 64  # lines of the record that an envelope is made of: fewer say nothing of its repetition


@dataclass(frozen=True)
class Sight:
    """A record with its signal, its asset and the speed of the shaft during it [rpm], and what says so."""

    record: Waveform
    signal: Signal
    asset: Asset
    speed_rpm: float | None
    speed_from: str

    @property
    def samples(self) -> Floats:
        """Return the record, shape ``(n,)``. [canonical unit]"""
        return np.asarray(self.record.samples, np.float64)

    @property
    def piece(self) -> Floats:
        """Return what is looked into, shape ``(m,)``: the beginning of a long record. [canonical unit]"""
        return np.asarray(self.record.samples[:MOST_SAMPLES], np.float64)

    @cached_property
    def lines(self) -> Lines:
        """Return the spectrum in full."""
        return lines_of(self.piece, self.record.rate_hz)

    @cached_property
    def views(self) -> RecordViews:
        """Return what a screen shows first."""
        return record_views(self.record, self.signal, self.asset, self.speed_rpm, self.speed_from)

    def detail(self, motion: str, low: float, high: float) -> Curve:
        """Draw a stretch with everything that is in it.

        Parameters
        ----------
        motion
            ``waveform``, or a motion that the spectrum is shown as.
        low
            Where it begins. [s or Hz]
        high
            Where it ends. [s or Hz]
        """
        if motion == "waveform":
            return waveform_curve(self.samples, self.record.rate_hz, self.signal, low, high)
        return spectrum_curve(self.lines, self.signal, motion, low, high)

    @cached_property
    def kurtogram(self) -> Heat:
        """Return its kurtogram.

        Raises
        ------
        HistoryError
            If the record is not fit for one.
        """
        self._fit()
        try:
            return kurtogram_picture(self.piece, self.record.rate_hz)
        except ValueError as error:
            raise HistoryError(str(error), where=self.signal.name) from error

    @cached_property
    def turn(self) -> Turn:
        """Return the mean of all turns of the shaft.

        Raises
        ------
        HistoryError
            If nothing says how fast it turned, or the record is not fit.
        """
        self._fit()
        if not self.speed_rpm:
            raise HistoryError(
                "nothing says how fast the shaft turned",
                where=self.signal.name,
                fix="Let the record carry its speed, add a signal of rotational_speed, or rated_speed_rpm.",
            )
        try:
            return turn_picture(
                self.piece, self.record.rate_hz, self.speed_rpm / 60, self.speed_from, self.signal
            )
        except ValueError as error:
            raise HistoryError(str(error), where=self.signal.name) from error

    def band(self, low_hz: float, high_hz: float) -> BandView:
        """Draw the envelope spectrum of a band.

        Parameters
        ----------
        low_hz, high_hz
            Edges of the band. [Hz]

        Raises
        ------
        HistoryError
            If the record is not fit for one, or the band is too narrow.
        """
        self._fit()
        half = self.record.rate_hz / 2
        low, high = max(0.0, low_hz), min(half, high_hz)
        narrowest = max(half / 512, LEAST_LINES * self.record.rate_hz / len(self.piece))
        if not high - low >= narrowest:
            raise HistoryError(
                f"a band of {low:g} to {high:g} Hz",
                wanted=f"at least {narrowest:.0f} Hz",
                where=self.signal.name,
            )
        _, orders, _ = bearing_of(self.signal, self.asset)
        envelope = self.views["envelope"]
        slip = envelope["slip"] if envelope is not None else 0.0
        return band_view(self.piece, self.record.rate_hz, (low, high), orders, self.views["shaft_hz"], slip)

    def _fit(self) -> None:
        flaws = record_flaws(self.piece)
        if flaws:
            raise HistoryError("; ".join(flaws), where=self.signal.name)
