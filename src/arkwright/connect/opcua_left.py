"""What a cut session leaves behind, and how a later one takes its subscription over."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from asyncua import ua as _ua
from asyncua.client.client import Client

from arkwright.connect.opcua_client import Ticket
from arkwright.connect.opcua_collect import Collector
from arkwright.core.catalog import Inlet
from arkwright.core.plant import Connection, Signal

ua: Any = _ua

TRANSIT_US = timedelta(seconds=5) // timedelta(microseconds=1)
"""A newest source time that lies further back is that of a constant, and tells nothing of the cut. [us]"""


@dataclass(frozen=True)
class Left:
    """What the next session needs to go on with a subscription.

    ``expected`` is the sequence number of the next message [1], ``layout`` says which node has which handle.
    Ticket and collector are there only within one life of this process; ``seen_us`` is the time of the last
    receipt, 0 if there was none. [us]
    """

    subscription: int
    expected: int
    layout: str
    ticket: Ticket | None = None
    collector: Collector | None = None
    signals: tuple[Signal, ...] = ()
    seen_us: int = 0


_left: dict[tuple[str, str], Left] = {}


def keep_left(connection: Connection, left: Left | None) -> None:
    """Remember what a session left; nothing forgets it."""
    _left.pop((connection.name, connection.url), None)
    if left is not None:
        _left[connection.name, connection.url] = left


def find_left(connection: Connection, signals: Sequence[Signal], inlet: Inlet) -> Left | None:
    """Return what the session before left: in this process, or as history kept it from an earlier one."""
    left = _left.get((connection.name, connection.url))
    if left is not None:
        return left if left.signals == tuple(signals) else None
    return _told(inlet.resume)


def _told(resume: Mapping[str, object]) -> Left | None:
    subscription, expected, layout = (resume.get(k) for k in ("subscription", "expected", "layout"))
    if isinstance(subscription, int) and isinstance(expected, int) and isinstance(layout, str):
        return Left(subscription, expected, layout)
    return None


def layout_of(nodes: Sequence[Any]) -> str:
    """Name an order of nodes, so that equal names mean that each node has the same handle."""
    return hashlib.sha256("\n".join(node.to_string() for node in nodes).encode()).hexdigest()[:16]


async def transfer(client: Client, subscription: int) -> bool:
    """Ask the server to give a subscription of an earlier session to this one; say whether it did.

    Parameters
    ----------
    client
        Client with an open session of the same user.
    subscription
        Identifier of the subscription. [1]

    Returns
    -------
    done
        Whether messages of the subscription now come to this session.
    """
    params = ua.TransferSubscriptionsParameters()
    params.SubscriptionIds = [subscription]
    # What this process does not know any more, such as the rate beside a waveform, is told anew.
    params.SendInitialValues = True
    try:
        (result,) = await client.uaclient.session.transfer_subscriptions(params)
    except ua.UaStatusCodeError:
        return False
    return bool(result.StatusCode.is_good())


def last_known_us(seen_us: int, newest_us: int) -> int:
    """Return up to when the data are whole: the newest source time, if it is of about the last receipt.

    Parameters
    ----------
    seen_us
        Time of the last receipt, 0 if there was none. [us]
    newest_us
        Newest source time received. [us]

    Returns
    -------
    time_us
        The time, 0 if nothing was ever received. [us]
    """
    return newest_us if seen_us - TRANSIT_US <= newest_us < seen_us else seen_us
