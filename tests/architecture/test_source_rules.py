"""The source keeps the rules that no import contract can state."""

import statistics

import pytest
from tests.architecture.rules import BANNED_WORDS, RULES, Rule, function_lines
from tests.architecture.source import ROOT, read_sources

SOURCES = read_sources()


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.__name__)
def test_the_source_keeps(rule: Rule):
    broken = [text for source in SOURCES for text in rule(source)]
    assert not broken, f"{rule.__doc__}\n" + "\n".join(broken)


def test_functions_are_short_on_the_whole():
    lengths = sorted(function_lines(f) for source in SOURCES for f in source.functions())
    assert statistics.median(lengths) <= 8
    assert lengths[int(0.9 * len(lengths))] <= 30


def test_files_are_short_on_the_whole():
    assert statistics.median(len(s.text.splitlines()) for s in SOURCES) <= 150


def test_the_words_that_code_may_not_use_are_explained_to_people():
    page = (ROOT / "docs" / "reference" / "words.md").read_text(encoding="utf-8")
    ruled_out = {
        w.strip() for row in page.splitlines() if row.count("|") == 4 for w in row.split("|")[3].split(",")
    }
    singular = {w for w in BANNED_WORDS if w != "anomalies"}
    assert singular <= ruled_out, sorted(singular - ruled_out)
