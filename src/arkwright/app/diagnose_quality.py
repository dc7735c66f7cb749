"""What gives reason to read a recorded file with care, beside what it is judged to show."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from arkwright.app.diagnose_question import Question
from arkwright.connect.record import Recording
from arkwright.kits.quality import record_doubts

Floats = NDArray[np.float64]


def quality_of(question: Question, recording: Recording, samples: Floats) -> list[dict[str, object]]:
    """Look at a record's rate, level, lines and copies; nothing of it changes the verdict.

    Parameters
    ----------
    question
        The question, whole.
    recording
        The file; its other channels of the same length were sampled at the same times.
    samples
        The channel asked about, shape ``(n,)``. [any]

    Returns
    -------
    doubts
        Plain JSON: ``kind``, ``text``, ``text_zh`` and ``figures`` of each.
    """
    mine = {question.channel, question.tacho}
    beside = {n: x for n, x in recording.channels.items() if n not in mine and len(x) == len(samples)}
    shaft_hz = question.speed_rpm / 60 if question.speed_rpm else None
    doubts = record_doubts(samples, question.rate_hz or 0.0, shaft_hz, beside)
    return [
        {"kind": d.kind, "text": d.text, "text_zh": d.text_zh, "figures": dict(d.figures)} for d in doubts
    ]
