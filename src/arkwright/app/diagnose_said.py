"""What the tests say of a recorded file, as plain JSON: a verdict, or what stands beside a bearing's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod

from arkwright.app.diagnose_asked import Asked
from arkwright.core.finding import Evidence
from arkwright.health.ask import tests
from arkwright.kits.agreement import SHOWN

SURE_AS_NOT = 0.5
"""A record that somebody doubts is as likely to be sick as sound before it is judged. [1]"""


def also_of(asked: Asked) -> list[dict[str, object]]:
    """Say what the other tests see beside the bearing's verdict."""
    return [
        {
            "test": name,
            "cause": symptom.cause,
            "confidence": round(symptom.confidence, 4),
            "text": symptom.text,
            "text_zh": symptom.text_zh,
            "evidence": [proof_of(proof) for proof in symptom.evidence],
        }
        for name, symptom in asked.symptoms
    ]


def proof_of(proof: Evidence) -> dict[str, object]:
    """Put a line of proof into plain JSON."""
    row: dict[str, object] = {"text": proof.text}
    if proof.figures:
        row["figures"] = {name: float(f"{value:.6g}") for name, value in proof.figures.items()}
    if proof.data:
        row["data"] = dict(proof.data)
    return row | ({"against": True} if proof.against else {})


def verdict_of(asked: Asked) -> dict[str, object]:
    """Answer by the surest symptom of all tests, or name all that could be stated.

    A record is ``normal`` only where the question stated what some test is about (a pump's vanes, a motor's
    poles): that a rotor shows nothing does not make sound what nobody asked about.
    """
    figures = {name: dict(told.descriptors) for name, told in asked.told.items() if told.descriptors}
    named = [name for name in _done(asked) if tests()[name].plate]
    answer = _found(asked) if asked.symptoms else _normal(asked) if named else _open(asked)
    return answer | {"figures": figures}


def _done(asked: Asked) -> list[str]:
    """Name the tests that could judge this record alone."""
    return [n for n, told in asked.told.items() if not told.missing and not tests()[n].needs_base]


def _found(asked: Asked) -> dict[str, object]:
    symptoms = asked.symptoms
    labels = list(dict.fromkeys(symptom.cause for _, symptom in symptoms))
    rows: list[dict[str, object]] = [
        {
            "text": symptom.text,
            "text_zh": symptom.text_zh,
            "test": name,
            "fault": symptom.cause,
            "confidence": round(symptom.confidence, 4),
            "proofs": [proof_of(proof) for proof in symptom.evidence],
        }
        for name, symptom in symptoms
    ]
    return _answer(labels[0], labels, symptoms[0][1].confidence, [*rows, *_doubts(asked)])


def _normal(asked: Asked) -> dict[str, object]:
    done = _done(asked)
    titles = "; ".join(tests()[name].title for name in done)
    healthy = prod(1 - tests()[name].false_rate for name in done)
    sick = 1 - SHOWN
    confidence = SURE_AS_NOT * healthy / (SURE_AS_NOT * healthy + (1 - SURE_AS_NOT) * sick)
    row: dict[str, object] = {"text": f"None of these shows anything: {titles}."}
    return _answer("normal", [], confidence, [row, *_doubts(asked)])


def _open(asked: Asked) -> dict[str, object]:
    quiet = [tests()[name].title for name in _done(asked)]
    missing = [*_stateable(asked)]
    if quiet:
        missing.insert(0, f"nothing shows of: {'; '.join(quiet)}. That alone is no verdict")
    return {
        "verdict": "cannot_judge",
        "labels": [],
        "confidence": 1.0,
        "evidence": [{"text": "Cannot judge: " + "; ".join(missing)}, *_doubts(asked)],
        "missing": missing,
    }


def _stateable(asked: Asked) -> Iterable[str]:
    """Name all that could be stated so that a test can be asked."""
    if asked.record.quantity == "acceleration":
        yield "the bearing is not stated (--bearing 6205)"
    plain = dict.fromkeys(text for told in asked.told.values() for text in told.missing)
    for name, lack in asked.lacking.items():
        test = tests()[name]
        fields = [f for f in test.plate if f not in asked.asset.nameplate]
        if fields:
            options = " ".join(f"--plate {f}={_example(test.example, f)}" for f in fields)
            yield f"{test.title}: {options} ({'; '.join(test.plate[f] for f in fields)})"
        plain |= dict.fromkeys(text for text in lack if not any(text.startswith(f"{f} ") for f in test.plate))
    for name, told in asked.told.items():
        if tests()[name].needs_base and not told.missing:
            yield f"{tests()[name].title}: what this place showed at this speed before (a stream into a site)"
    yield from plain


def _example(example: Mapping[str, float | str], name: str) -> str:
    value = example.get(name, "...")
    return f"{value:g}" if isinstance(value, float) else str(value)


def _doubts(asked: Asked) -> list[dict[str, object]]:
    return [{**proof_of(p), "test": name} for name, told in asked.told.items() for p in told.against]


def _answer(
    verdict: str, labels: list[str], confidence: float, evidence: list[dict[str, object]]
) -> dict[str, object]:
    return {
        "verdict": verdict,
        "labels": labels,
        "confidence": round(confidence, 4),
        "evidence": evidence,
        "missing": [],
    }
