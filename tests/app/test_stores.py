"""Where a site keeps its history and its ledger."""

from dataclasses import replace

import pytest
from tests.app.troubles import SITE

from arkwright.app.stores import history_folder, history_of, ledger_address, open_ledger_of
from arkwright.core.errors import HistoryError
from arkwright.history.lake import Lake


def test_ledger_and_history_stand_in_the_data_folder_unless_a_url_is_stated(tmp_path):
    assert ledger_address(SITE, tmp_path) == str(tmp_path / "ledger.db")
    elsewhere = replace(SITE, settings={"ledger": "postgresql://a@db/x"})
    assert ledger_address(elsewhere, tmp_path) == "postgresql://a@db/x"
    assert history_folder(tmp_path) == tmp_path / "history"


def test_a_command_that_only_looks_makes_no_ledger(tmp_path):
    with pytest.raises(HistoryError, match="nothing was kept yet"):
        open_ledger_of(SITE, tmp_path, must_exist=True)
    assert list(tmp_path.iterdir()) == []
    open_ledger_of(SITE, tmp_path).close()
    open_ledger_of(SITE, tmp_path, must_exist=True).close()


def test_history_is_opened_for_reading_beside_its_writer(tmp_path):
    with pytest.raises(HistoryError, match="nothing was kept yet"):
        history_of(tmp_path)
    with Lake(history_folder(tmp_path)):
        assert history_of(tmp_path).last().num_rows == 0
