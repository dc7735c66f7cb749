"""The uses of Arkwright that change something: from findings to cards, from cards to closed work orders.

Every surface calls these and nothing behind them: the page, the command line and the interfaces of others.
"""

from arkwright.app.events import report
from arkwright.app.feed import defer, offer, ranked, reject, reopen
from arkwright.app.orders import approve, hand_over, label, move

__all__ = ["approve", "defer", "hand_over", "label", "move", "offer", "ranked", "reject", "reopen", "report"]
