"""Errors that teach: what was found, what was wanted, where, and what to do.

::

    ArkwrightError
    ├── SiteError       the site folder cannot be used
    ├── TableError      a table does not fit its schema
    ├── UnitError       a unit is unknown or does not fit its quantity
    ├── SourceError     a connection cannot be read
    ├── HistoryError    history or ledger cannot be written or read
    ├── FeedError       an act on a card or work order is not allowed
    └── EntryError      a check, connector or fault is not well formed
"""


class ArkwrightError(Exception):
    """An error a user can act on.

    Parameters
    ----------
    found
        What was met.
    wanted
        What would have been right.
    where
        File and row, column, address or name.
    fix
        What to do about it.
    """

    def __init__(self, found: str, *, wanted: str = "", where: str = "", fix: str = "") -> None:
        self.found = found
        self.wanted = wanted
        self.where = where
        self.fix = fix
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        text = f"{self.where}: {self.found}" if self.where else self.found
        if self.wanted:
            text = f"{text}; wanted {self.wanted}"
        return f"{text}. {self.fix}" if self.fix else text


class SiteError(ArkwrightError):
    """The site folder cannot be used as it stands."""


class TableError(ArkwrightError):
    """A table does not fit its schema."""


class UnitError(ArkwrightError):
    """A unit is unknown, or does not measure the declared quantity."""


class SourceError(ArkwrightError):
    """A connection cannot be read, browsed or written."""


class HistoryError(ArkwrightError):
    """History or the ledger cannot be written or read."""


class FeedError(ArkwrightError):
    """An act on a card or a work order that its state does not allow."""


class EntryError(ArkwrightError):
    """A check, connector, fault or rule that is not well formed."""
