"""What can be asked of a record: every test, with the options that state what it needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from arkwright.app.diagnose_asked import BEARING
from arkwright.health.ask import tests
from arkwright.health.symptom import Test
from arkwright.kits.orders import COMBS

OF_BEARING: Mapping[str, str] = {
    "--bearing 6205": "designation of the bearing, or --bpfo --bpfi --bsf --ftf: its orders",
}


def rows_of_tests() -> list[dict[str, Any]]:
    """List every test as plain JSON: bearings first, then each by name."""
    return [_bearing(), *(_row(test) for name, test in tests().items() if name != BEARING)]


def _bearing() -> dict[str, Any]:
    from arkwright.health.checks.bearing import CHECK

    return {
        "test": CHECK.name,
        "title": CHECK.title,
        "causes": list(COMBS),
        "quantity": "acceleration",
        "needs_speed": True,
        "needs_base": False,
        "needs": [{"option": option, "text": text} for option, text in OF_BEARING.items()],
        "uses": [],
        "summary": CHECK.summary,
        "references": list(CHECK.references),
    }


def _row(test: Test) -> dict[str, Any]:
    return {
        "test": test.name,
        "title": test.title,
        "causes": list(test.causes),
        "quantity": test.quantity,
        "needs_speed": test.needs_speed,
        "needs_base": test.needs_base,
        "needs": [_option(test, name, text) for name, text in test.plate.items()],
        "uses": [_option(test, name, text) for name, text in test.also.items()],
        "summary": test.summary,
        "references": list(test.references),
    }


def _option(test: Test, name: str, text: str) -> dict[str, str]:
    value = test.example.get(name)
    shown = "..." if value is None else f"{value:g}" if isinstance(value, (int, float)) else value
    return {"option": f"--plate {name}={shown}", "text": text}
