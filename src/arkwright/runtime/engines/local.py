"""Worker processes of this computer: started when first needed, replaced when they die or hang."""

from __future__ import annotations

import asyncio
import os
import pickle
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from arkwright.core.errors import ArkwrightError
from arkwright.runtime.engines import Outcome
from arkwright.runtime.engines.worker import receive, send

Job = TypeVar("Job")
Result = TypeVar("Result")

LIMIT_S = 30.0
TRIES = 2
# One job is one core: a linear algebra library that takes them all would take them from the intake. Two
# arenas of malloc keep a worker small.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONSAFEPATH": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_TRIM_THRESHOLD_": "131072",
}


def _search_path() -> list[str]:
    return [place or str(Path.cwd()) for place in sys.path]


class _Worker:
    """One process and the socket to it; to be used by one thread at a time."""

    def __init__(self) -> None:
        self._line, far = socket.socketpair()
        words = [sys.executable, "-m", "arkwright.runtime.engines.worker", str(far.fileno())]
        with far:
            self.process = subprocess.Popen(
                words,
                pass_fds=(far.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**os.environ, **ENVIRONMENT, "PYTHONPATH": os.pathsep.join(_search_path())},
            )

    def ask(self, body: bytes, limit_s: float) -> Outcome[Any]:
        """Send a job and wait for the outcome.

        Raises
        ------
        OSError
            If the worker dies (EOFError too), or gives no answer in time (TimeoutError). [s]
        """
        self._line.settimeout(limit_s)
        send(self._line, body, limit_s)
        outcome: Outcome[Any] = pickle.loads(receive(self._line)[0])
        return outcome

    def end(self) -> None:
        """End the process, at once."""
        self.process.kill()
        self.process.wait()
        self._line.close()


class LocalEngine:
    """A pool of worker processes.

    Parameters
    ----------
    n_workers
        How many processes at the most. [1]
    limit_s
        How long a job may take; a worker that takes longer is ended. [s]
    """

    def __init__(self, n_workers: int = 1, limit_s: float = LIMIT_S) -> None:
        self.n_workers = n_workers
        self.limit_s = limit_s
        self.jobs = self.lost = 0
        self._own = threading.local()
        self._workers: list[_Worker] = []
        self._guard = threading.Lock()
        self._closed = False
        # Each thread holds one worker and waits for it; asyncio waits for the threads.
        self._threads = ThreadPoolExecutor(n_workers, thread_name_prefix="judge")

    async def map(self, task: Callable[[Job], Result], jobs: Iterable[Job]) -> list[Outcome[Result]]:
        """Do the jobs, drawn one by one as workers become free; outcomes in their order.

        A job whose worker dies or hangs is tried once more by a fresh one, and is then an error. What the
        iterable itself raises is raised here.

        Raises
        ------
        ArkwrightError
            If the engine is closed.
        """
        feed = _Feed(task, jobs)
        done: dict[int, Outcome[Result]] = {}
        lanes = [asyncio.create_task(self._lane(feed, done)) for _ in range(self.n_workers)]
        try:
            await asyncio.gather(*lanes)
        finally:
            for lane in lanes:
                lane.cancel()
        if self._closed:
            raise ArkwrightError("the worker processes were ended")
        return [done[number] for number in sorted(done)]

    async def _lane(self, feed: _Feed, done: dict[int, Outcome[Any]]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            # Job by job, so that the jobs of several maps take turns.
            drawn = loop.run_in_executor(self._threads, self._next, feed) if not self._closed else None
            found = self._next(feed) if drawn is None else await drawn
            if found is None:
                return
            done[found[0]] = found[1]

    def _next(self, feed: _Feed) -> tuple[int, Outcome[Any]] | None:
        drawn = feed.draw()
        return None if drawn is None else (drawn[0], self._do(drawn[1]))

    def _do(self, body: bytes) -> Outcome[Any]:
        error, began = "", time.monotonic()
        for number in range(1, TRIES + 1):
            if self._closed:
                return Outcome(error="the engine is closed")
            began = time.monotonic()
            worker = self._worker()
            try:
                outcome = worker.ask(body, self.limit_s)
            except TimeoutError:
                error = f"no answer within {self.limit_s:g} s"
            except (OSError, EOFError, pickle.UnpicklingError):
                error = "its worker process died"
            else:
                self.jobs += 1
                took_s = time.monotonic() - began
                return Outcome(outcome.result, outcome.error, False, number, took_s)
            self.lost += 1
            self._drop(worker)
        return Outcome(None, f"{error}, {TRIES} times", True, TRIES, time.monotonic() - began)

    def _worker(self) -> _Worker:
        worker: _Worker | None = getattr(self._own, "worker", None)
        if worker is None or worker.process.poll() is not None:
            if worker is not None:
                self._drop(worker)
            worker = self._own.worker = _Worker()
            with self._guard:
                self._workers.append(worker)
        return worker

    def _drop(self, worker: _Worker) -> None:
        self._own.worker = None
        worker.end()
        with self._guard:
            if worker in self._workers:
                self._workers.remove(worker)

    def status(self) -> dict[str, Any]:
        """Return how the workers do, as plain JSON."""
        with self._guard:
            pids = [w.process.pid for w in self._workers if w.process.poll() is None]
        return {"workers": self.n_workers, "pids": pids, "jobs": self.jobs, "lost": self.lost}

    def close(self) -> None:
        """End the workers; jobs that are under way become errors."""
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._guard:
            workers, self._workers = self._workers, []
        for worker in workers:
            worker.process.kill()  # whoever waits for it sees the end of the line, and cleans up
            worker.process.wait()
        self._threads.shutdown(wait=True)
        for worker in workers:
            worker.end()


class _Feed:
    """Jobs drawn by several threads, each packed with its task by whoever draws it."""

    def __init__(self, task: Callable[[Any], object], jobs: Iterable[Any]) -> None:
        self._task = task
        self._jobs: Iterator[tuple[int, Any]] = enumerate(jobs)
        self._guard = threading.Lock()

    def draw(self) -> tuple[int, bytes] | None:
        with self._guard:
            drawn = next(self._jobs, None)
        if drawn is None:
            return None
        return drawn[0], pickle.dumps((self._task, drawn[1]), pickle.HIGHEST_PROTOCOL)
