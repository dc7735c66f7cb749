"""`arkwright replay`: play a recording through the runtime, or judge a site's history once more."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from arkwright.app.rejudge import Compared
    from arkwright.app.replay import Replayed
    from arkwright.app.replay_tape import How, Tape


def replay_command(
    recording: Annotated[
        Path, typer.Argument(help="Recording (.npz, .mat, .wav, .csv, .parquet, SHDR text), or a site.")
    ],
    site: Annotated[
        Path | None, typer.Argument(help="Site folder that the recording belongs to; none: judge again.")
    ] = None,
    signal: Annotated[str, typer.Option(help="Waveform signal that a vibration record is of.")] = "",
    channel: Annotated[str, typer.Option(help="Channel of the file.")] = "",
    rate: Annotated[float | None, typer.Option(help="Sample rate [Hz].")] = None,
    rpm: Annotated[float | None, typer.Option(help="Shaft speed [rpm].")] = None,
    full_scale: Annotated[float | None, typer.Option(help="Value of a WAV file at full scale.")] = None,
    repeat: Annotated[int, typer.Option(min=1, help="How often a record is played.")] = 5,
    every: Annotated[float, typer.Option(min=0.1, help="Time from record to record [s].")] = 10.0,
    slice_s: Annotated[float | None, typer.Option("--slice", help="Cut records in slices of [s].")] = None,
    start: Annotated[str, typer.Option(help="Time of the first sample, ISO 8601.")] = "",
    data: Annotated[Path | None, typer.Option(help="New data folder to keep; none: thrown away.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Play a recording through intake, history and judges as if it arrived now, as fast as it goes.

    With a site folder alone: judge its history again on the recorded ticks, and say whether that gives the
    findings that were kept. Exit code 2 if it does not.
    """
    if site is None:
        _judge_again(recording, as_json)
        return
    from arkwright.app.replay_tape import How

    begin = _moment(start)
    how = How(signal, channel, rate, rpm, full_scale, repeat, every, slice_s, begin)
    _play(recording, site, how, data, as_json)


def _moment(text: str) -> datetime | None:
    from arkwright.core.errors import ArkwrightError

    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArkwrightError(f"start '{text}'", wanted="such as 2026-01-31T06:00:00Z") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


# ------------------------------------------------------------------------------------------- a recording
def _play(recording: Path, folder: Path, how: How, data: Path | None, as_json: bool) -> None:
    from tempfile import TemporaryDirectory

    from arkwright.app.replay_tape import read_tape
    from arkwright.app.site import load_site

    site = load_site(folder)
    tape = read_tape(recording, site, how)
    if data is not None:
        told = _through(tape, folder, data)
    else:
        with TemporaryDirectory(prefix="arkwright-replay-") as home:
            told = _through(tape, folder, Path(home))
    if as_json:
        typer.echo(json.dumps(_as_json(told, tape)))
    else:
        _print(told, tape)


def _through(tape: Tape, folder: Path, home: Path) -> Replayed:
    import asyncio

    from rich.console import Console
    from rich.progress import Progress

    from arkwright.app.replay import replay
    from arkwright.app.site import load_site

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Replaying", total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        return asyncio.run(replay(load_site(folder), tape, home, progress=progress))


def _as_json(told: Replayed, tape: Tape) -> dict[str, object]:
    from arkwright.history.ledger_codec import plain

    return {
        "verdict": told.verdict,
        "verdicts": told.verdicts,
        "labels": list(told.labels),
        "findings": [plain(f) | {"id": f.id} for f in told.findings],
        "cards": [{"id": c.id, "asset": c.asset, "title": c.title, "band": c.band} for c in told.cards],
        "ticks": told.ticks,
        "readings": told.readings,
        "waveforms": told.waveforms,
        "refused": list(tape.refused),
        "failed": dict(told.failed),
    }


def _print(told: Replayed, tape: Tape) -> None:
    for finding in told.findings:
        place = f"{finding.asset} {finding.location}".strip()
        typer.echo(f"{finding.end:%Y-%m-%d %H:%M:%S}  {finding.band:<5}  {place}: {finding.text}")
    for text in tape.refused:
        typer.echo(f"not taken in: {text}")
    for name, why in told.failed.items():
        typer.echo(f"not judged: {name}: {why}")
    came = f"{told.readings} readings and {told.waveforms} waveforms, {told.ticks} windows judged"
    for check, verdict in told.verdicts.items():
        typer.echo(f"{check:<11} {verdict}")
    typer.echo(f"verdict     {told.verdict}")
    typer.echo(f"{came}: {len(told.findings)} findings, {len(told.cards)} cards")


# -------------------------------------------------------------------------------------------- judging again
def _judge_again(folder: Path, as_json: bool) -> None:
    from rich.console import Console
    from rich.progress import Progress

    from arkwright.app.rejudge import compare_with_ledger
    from arkwright.app.site import data_dir, load_site
    from arkwright.app.stores import history_of, open_ledger_of
    from arkwright.health.examine import checks

    site = load_site(folder)
    home = data_dir(site, folder)
    ledger = open_ledger_of(site, home, must_exist=True)
    try:
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("Judging again", total=None)

            def progress(done: int, total: int) -> None:
                bar.update(task, completed=done, total=total)

            found = list(compare_with_ledger(site, history_of(home), ledger, checks(), progress))
    finally:
        ledger.close()
    equal = all(c.equal for c in found)
    if as_json:
        from dataclasses import asdict

        typer.echo(json.dumps({"equal": equal, "checks": [asdict(c) | {"equal": c.equal} for c in found]}))
    else:
        _print_compared(found, equal)
    if not equal:
        raise typer.Exit(2)


def _print_compared(found: list[Compared], equal: bool) -> None:
    for compared in found:
        how = "as kept" if compared.equal else "DIFFERENT"
        typer.echo(f"{compared.check}: {compared.ticks} ticks, {compared.findings} findings, {how}")
        for what, names in (
            ("only when judged again", compared.only_again),
            ("only kept", compared.only_kept),
            ("reads differently", compared.otherwise),
            ("state differs", compared.states),
        ):
            for name in names[:10]:
                typer.echo(f"  {what}: {name}")
    typer.echo("history gives what was kept" if equal else "history does not give what was kept")
