"""Where a site keeps its history and its ledger, and how they are opened.

``home`` is the site's data folder, as :func:`arkwright.app.site.data_dir` gives it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from arkwright.core.errors import HistoryError
from arkwright.core.plant import Site

if TYPE_CHECKING:
    from arkwright.history.ledger import Ledger
    from arkwright.history.query import History


def history_folder(home: Path) -> Path:
    """Return the folder of the history below a site's data folder."""
    return home / "history"


def ledger_address(site: Site, home: Path) -> str:
    """Return the ledger of a site: the URL that ``site.toml`` states, else ``ledger.db`` in ``home``."""
    stated = site.settings.get("ledger")
    return str(stated) if stated else str(home / "ledger.db")


def open_ledger_of(site: Site, home: Path, *, must_exist: bool = False) -> Ledger:
    """Open the ledger of a site; other processes may have it open too.

    Parameters
    ----------
    site
        The site as it was loaded.
    home
        Its data folder.
    must_exist
        Refuse to make a new file, for a command that only looks.

    Returns
    -------
    ledger
        The ledger; close it when done.

    Raises
    ------
    HistoryError
        If it must exist and does not, or cannot be opened.
    """
    from arkwright.history.ledger import open_ledger

    address = ledger_address(site, home)
    if must_exist and "://" not in address and not Path(address).exists():
        raise _never_ran(address)
    return open_ledger(address)


def history_of(home: Path) -> History:
    """Open the history of a site for reading, also while the plant runs in another process.

    Raises
    ------
    HistoryError
        If the site has never run.
    """
    from arkwright.history.query import History

    at = history_folder(home)
    if not (at / "readings" / "_delta_log").is_dir():
        raise _never_ran(str(at))
    return History(at)


def _never_ran(where: str) -> HistoryError:
    return HistoryError("nothing was kept yet", where=where, fix="Start the site with 'arkwright run SITE'.")
