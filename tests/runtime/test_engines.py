"""Worker processes: whatever a job does to its worker, the one who asked gets an answer."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from tests.runtime import jobs

from arkwright.core.errors import ArkwrightError
from arkwright.runtime.engines.local import LocalEngine

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def engine():
    engine = LocalEngine(limit_s=20.0)
    yield engine
    engine.close()


def is_running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def wait_until_gone(pid: int, limit_s: float) -> bool:
    end = time.monotonic() + limit_s
    while is_running(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not is_running(pid)


async def test_no_process_is_started_before_the_first_job(engine):
    assert engine.status()["pids"] == []
    outcomes = await engine.map(jobs.double, range(5))
    assert [o.result for o in outcomes] == [0, 2, 4, 6, 8]
    assert len(engine.status()["pids"]) == 1


async def test_a_job_that_raises_is_an_error_and_the_worker_stays(engine):
    (pid,) = await engine.map(jobs.my_pid, [0])
    (bad,) = await engine.map(jobs.fail, [7])
    assert (bad.error, bad.lost, bad.tries) == ("ValueError: cannot do 7", False, 1)
    assert (await engine.map(jobs.my_pid, [0]))[0].result == pid.result


async def test_a_killed_worker_is_replaced_and_its_job_done_again(engine):
    (first,) = await engine.map(jobs.my_pid, [0])
    slow = asyncio.create_task(engine.map(jobs.hang, [0.5]))
    await asyncio.sleep(0.2)
    os.kill(first.result, signal.SIGKILL)
    (outcome,) = await slow
    assert (outcome.result, outcome.tries, outcome.error) == (0.5, 2, "")
    assert (await engine.map(jobs.my_pid, [0]))[0].result != first.result


async def test_a_worker_killed_while_idle_costs_no_job(engine):
    (first,) = await engine.map(jobs.my_pid, [0])
    os.kill(first.result, signal.SIGKILL)
    wait_until_gone(first.result, 5.0)
    assert (await engine.map(jobs.double, [1]))[0].result == 2


async def test_a_job_that_always_kills_its_worker_is_an_error_after_two_tries(engine, tmp_path):
    bad, good, once = (
        *await engine.map(jobs.die, [0]),
        *await engine.map(jobs.double, [4]),
        *await engine.map(jobs.die_once, [tmp_path / "died"]),
    )
    assert (bad.lost, bad.tries, bad.error) == (True, 2, "its worker process died, 2 times")
    assert good.result == 8
    assert (once.result, once.tries) == ("second try", 2)


@pytest.mark.parametrize("task", [jobs.hang, jobs.hang_in_c])
async def test_a_job_that_hangs_is_ended_and_the_next_is_done(task):
    engine = LocalEngine(limit_s=1.0)
    began = time.monotonic()
    hung, good = await engine.map(task, [600]), await engine.map(jobs.double, [1])
    assert (hung[0].lost, hung[0].error) == (True, "no answer within 1 s, 2 times")
    assert good[0].result == 2
    assert time.monotonic() - began < 10.0
    engine.close()


async def test_what_cannot_be_sent_either_way_is_an_error(engine):
    (back,) = await engine.map(jobs.unsendable, [0])
    assert "cannot be sent" in back.error
    with pytest.raises(AttributeError, match="lambda"):
        await engine.map(jobs.double, [lambda: None])
    assert (await engine.map(jobs.double, [1]))[0].result == 2


async def test_two_workers_share_the_jobs_and_keep_the_order():
    engine = LocalEngine(2)
    began = time.monotonic()
    outcomes = await engine.map(jobs.hang, [0.6, 0.1, 0.1, 0.1, 0.1])
    assert [o.result for o in outcomes] == [0.6, 0.1, 0.1, 0.1, 0.1]
    assert len(engine.status()["pids"]) == 2
    assert time.monotonic() - began < 5.0
    engine.close()


async def test_a_worker_has_one_thread_of_mathematics_and_nothing_heavy(engine):
    (outcome,) = await engine.map(jobs.environment, [0])
    told, heavy = outcome.result
    assert (told["OMP_NUM_THREADS"], told["OPENBLAS_NUM_THREADS"]) == ("1", "1")
    assert heavy == []


async def test_closing_ends_the_workers_and_whoever_waits(engine):
    waiting = asyncio.create_task(engine.map(jobs.hang, [600]))
    while not engine.status()["pids"]:
        await asyncio.sleep(0.02)
    (pid,) = engine.status()["pids"]
    await asyncio.to_thread(engine.close)
    assert not is_running(pid)
    with pytest.raises(ArkwrightError, match="were ended"):
        await asyncio.wait_for(waiting, 5.0)


PARENT = """
    import asyncio, sys
    from arkwright.runtime.engines.local import LocalEngine
    from tests.runtime import jobs

    async def main():
        engine = LocalEngine(limit_s=2.0)
        (pid,) = await engine.map(jobs.my_pid, [0])
        print(pid.result, flush=True)
        await engine.map(getattr(jobs, sys.argv[1]), [600])

    asyncio.run(main())
"""


@pytest.mark.parametrize("task", ["hang", "hang_in_c"])
def test_workers_do_not_outlive_a_parent_that_was_killed(task):
    words = [sys.executable, "-c", textwrap.dedent(PARENT), task]
    parent = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    pid = int(parent.stdout.readline())
    time.sleep(0.5)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    # One that hangs in C hears nothing; the alarm it set before ends it.
    assert wait_until_gone(pid, 10.0)
