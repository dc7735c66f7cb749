"""Nouns to JSON text and back, the same bytes for the same noun."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, TypeVar, cast

import numpy as np
from pydantic import TypeAdapter, ValidationError

from arkwright.core.errors import HistoryError

Noun = TypeVar("Noun")
_SECRET = re.compile(r"(^|_)(password|passphrase|secret|token|key)$", re.IGNORECASE)
_USERINFO = re.compile(r"(?<=://)([^/@\s:]*):[^/@\s]*@")


def plain(thing: object) -> Any:
    """Turn dataclasses, arrays and times into what JSON knows; NaN and infinities become their names."""
    if isinstance(thing, (np.generic, np.ndarray)):
        return plain(thing.tolist())
    if isinstance(thing, (float, date)):
        return _number(thing) if isinstance(thing, float) else _moment_text(thing)
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        return {f.name: plain(getattr(thing, f.name)) for f in dataclasses.fields(thing)}
    if isinstance(thing, Mapping):
        return {str(key): plain(value) for key, value in thing.items()}
    if isinstance(thing, (list, tuple, set, frozenset)):
        return [plain(each) for each in (sorted(thing) if isinstance(thing, (set, frozenset)) else thing)]
    return thing


def dump(thing: object) -> str:
    """Write a noun as one line of JSON with sorted keys.

    Raises
    ------
    HistoryError
        If something in it has no form in JSON.
    """
    try:
        return json.dumps(plain(thing), sort_keys=True, separators=(",", ":"), allow_nan=False)
    except TypeError as error:
        raise HistoryError(f"{type(thing).__name__} cannot be written as JSON: {error}") from error


def load(kind: type[Noun], text: str) -> Noun:
    """Read a noun back.

    Raises
    ------
    HistoryError
        If the text is not one, for a ledger that was changed by hand.
    """
    try:
        noun: Noun = _adapter(cast("Any", kind)).validate_python(json.loads(text))
    except (ValidationError, ValueError) as error:
        raise HistoryError(
            f"a row of the ledger is not a {kind.__name__}: {error}", fix="Restore the ledger from a backup."
        ) from error
    return noun


def load_mapping(text: str | None) -> dict[str, object]:
    """Read a JSON object; nothing gives an empty one."""
    found = json.loads(text) if text else {}
    return found if isinstance(found, dict) else {}


def safe_text(text: str) -> str:
    """Return text that both engines can keep: no NUL, no lone surrogate."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def without_secrets(thing: object) -> Any:
    """Turn a noun into plain JSON in which no password, token or key can be read, in URLs neither."""
    thing = plain(thing)
    if isinstance(thing, dict):
        return {k: "***" if v and _SECRET.search(k) else without_secrets(v) for k, v in thing.items()}
    if isinstance(thing, list):
        return [without_secrets(each) for each in thing]
    return _USERINFO.sub(r"\1:***@", thing) if isinstance(thing, str) else thing


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _number(value: float) -> float | str:
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def _moment_text(moment: date) -> str:
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return moment.astimezone(UTC).isoformat()
    return moment.isoformat()
