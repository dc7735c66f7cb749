"""Checks that misbehave, for tests of what judging makes of them."""

import os
import signal
import time

from arkwright.core.catalog import Check, Needs
from arkwright.core.finding import Finding


def _any(asset):
    return True


def _say(window, asset):
    return [Finding("bad", asset.name, "seen", "watch", 0.5, window.start, window.end, "seen")]


def _raise(state, window, asset, now):
    if asset.name == "P0001":
        raise ZeroDivisionError("division by zero")
    return {"n": state.get("n", 0) + 1}, _say(window, asset)


def _hang(state, window, asset, now):
    if asset.name == "P0001":
        time.sleep(600)
    return {"n": state.get("n", 0) + 1}, _say(window, asset)


def _die(state, window, asset, now):
    os.kill(os.getpid(), signal.SIGKILL)


def _mumble(state, window, asset, now):
    return {"when": window.end}, []


NEEDS = Needs(10.0, 10.0)
RAISING = Check("bad", "Raises", "", NEEDS, _any, _raise)
HANGING = Check("bad", "Hangs", "", NEEDS, _any, _hang)
DYING = Check("bad", "Dies", "", NEEDS, _any, _die)
MUMBLING = Check("bad", "Mumbles", "", NEEDS, _any, _mumble)
