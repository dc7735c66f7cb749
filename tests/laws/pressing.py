"""A process in which a person presses approve, at the same moment as others elsewhere."""

from multiprocessing.synchronize import Barrier

from tests.app.troubles import NOW, SITE

from arkwright.app.uses import approve
from arkwright.history.ledger import open_ledger


def press(url: str, card_id: str, person: str, gate: Barrier, times: int) -> None:
    """Approve the card so many times, with the first try at the moment when all are ready."""
    ledger = open_ledger(url)
    gate.wait(60)
    for _ in range(times):
        approve(ledger, SITE, card_id, person, NOW)
    ledger.close()
