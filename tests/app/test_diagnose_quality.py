"""A record that can be judged and yet gives reason for doubt: told beside the verdict, changing nothing."""

import numpy as np
import pytest

from arkwright.app.diagnose import Question, diagnose
from arkwright.app.report import report_page

RATE = 12_000.0


@pytest.fixture
def noise():
    return np.random.default_rng(4).normal(size=60_000)


def answer_of(folder, channels, **more):
    np.savez(folder / "r.npz", **channels)
    return diagnose(Question(folder / "r.npz", "DE", RATE, 1797.0, "6205", **more))


def test_a_record_that_is_its_neighbour_once_more_is_told_and_judged_all_the_same(tmp_path, noise):
    alone = answer_of(tmp_path, {"DE": noise}).answer
    twin = answer_of(tmp_path, {"DE": noise, "FE": 2 * noise})
    assert [d["kind"] for d in twin.answer["quality"]] == ["duplicate"]
    assert "FE" in twin.answer["quality"][0]["text"]
    assert alone["quality"] == []
    assert twin.answer["verdict"] == alone["verdict"]
    page = report_page(twin)
    assert "Doubts about the record" in page
    assert "Doubts about the record" not in report_page(answer_of(tmp_path, {"DE": noise}))


def test_a_file_that_cannot_be_read_has_no_quality(tmp_path):
    (tmp_path / "r.npz").write_bytes(b"nothing")
    assert "quality" not in diagnose(Question(tmp_path / "r.npz", "DE", RATE, 1797.0, "6205")).answer
