"""Jobs for worker processes: good ones, and all the ways to be bad."""

import os
import signal
import time
from pathlib import Path


def double(x):
    return 2 * x


def fail(x):
    raise ValueError(f"cannot do {x}")


def hang(x):
    time.sleep(x)
    return x


def hang_in_c(_):
    return (1 << 30) ** (1 << 24)  # one call of C that lets no other thread run for minutes


def die(_):
    os.kill(os.getpid(), signal.SIGKILL)


def die_once(path):
    if not Path(path).exists():
        Path(path).write_text("")
        die(path)
    return "second try"


def my_pid(_):
    return os.getpid()


def unsendable(_):
    return lambda: None


def environment(_):
    import sys

    heavy = {"deltalake", "sqlalchemy", "polars", "nicegui", "scipy", "typer", "multiprocessing"}
    return {**os.environ}, sorted(heavy & set(sys.modules))
