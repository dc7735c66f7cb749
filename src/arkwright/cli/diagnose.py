"""`arkwright diagnose`: hand over a file of vibration and get a verdict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from arkwright.app.diagnose import Question
    from arkwright.health.bearing import BearingOrders, BearingVerdict

WIDTH = 72
HEIGHT = 8


def diagnose_command(
    file: Annotated[Path | None, typer.Argument(help="Record: .npz, .mat, .wav, .csv or .parquet.")] = None,
    bearing: Annotated[str, typer.Option(help="Designation, as 6205.")] = "",
    rpm: Annotated[float | None, typer.Option(help="Shaft speed [rpm].")] = None,
    rate: Annotated[float | None, typer.Option(help="Sample rate [Hz].")] = None,
    channel: Annotated[str, typer.Option(help="Channel of the file.")] = "",
    bpfo: Annotated[
        float | None, typer.Option(help="Outer-race order, where --bearing is not known.")
    ] = None,
    bpfi: Annotated[float | None, typer.Option(help="Inner-race order.")] = None,
    bsf: Annotated[float | None, typer.Option(help="Ball-spin order.")] = None,
    ftf: Annotated[float | None, typer.Option(help="Cage order.")] = None,
    unit: Annotated[str, typer.Option(help="Unit of the samples, as g.")] = "",
    manifest: Annotated[Path | None, typer.Option(help="CSV with one record a row.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    json_lines: Annotated[bool, typer.Option("--json-lines", help="One JSON object a row.")] = False,
) -> None:
    """Judge a rolling bearing from a vibration record, with evidence."""
    if (file is None) == (manifest is None):
        typer.echo("error: give either a file or --manifest FILE.csv", err=True)
        raise typer.Exit(1)
    if manifest is not None:
        _judge_manifest(manifest, json_lines or as_json)
    elif file is not None:
        from arkwright.app.diagnose import Question

        orders = _orders(bpfo, bpfi, bsf, ftf)
        question = Question(file, channel, rate, rpm, bearing, orders, unit)
        _judge_file(question, as_json=as_json or json_lines)


def _judge_file(question: Question, *, as_json: bool) -> None:
    from arkwright.app.diagnose import diagnose

    answer, verdict = diagnose(question)
    if as_json:
        typer.echo(json.dumps(answer))
        return
    _print_answer(answer)
    if verdict is not None and verdict.spectrum_hz.size:
        typer.echo(_draw(verdict))


def _orders(*stated: float | None) -> BearingOrders | None:
    known = [order for order in stated if order is not None]
    if not known:
        return None
    from arkwright.core.errors import ArkwrightError
    from arkwright.kits.orders import BearingOrders as Orders

    if len(known) < 4:
        raise ArkwrightError(f"{len(known)} of the fault orders", wanted="all of --bpfo --bpfi --bsf --ftf")
    return Orders(known[0], known[1], known[2], known[3], "command line")


def _judge_manifest(manifest: Path, as_json: bool) -> None:
    from rich.console import Console
    from rich.progress import track

    from arkwright.app.diagnose import diagnose_row, read_manifest
    from arkwright.core.errors import SourceError

    try:
        rows = list(read_manifest(manifest))
    except OSError as error:
        raise SourceError(str(error), fix="Check the path of the manifest.") from error
    for cells, question in track(rows, "Judging", console=Console(stderr=True), transient=True):
        answer = diagnose_row(cells, question)
        if as_json:
            typer.echo(json.dumps(answer))
        else:
            where = f"{answer['file']} {answer['channel']}".strip()
            typer.echo(f"{where}: {answer['verdict']} ({answer['confidence']:.2f})")


def _print_answer(answer: dict[str, Any]) -> None:
    typer.echo(f"verdict     {answer['verdict']}")
    if len(answer["labels"]) > 1:
        typer.echo(f"faults      {', '.join(answer['labels'])}")
    typer.echo(f"confidence  {answer['confidence']:.2f}")
    for evidence in answer["evidence"]:
        typer.echo(f"evidence    {evidence['text']}")
        for line in evidence.get("lines", []):
            mark = "found  " if line["found"] else "missing"
            level = f"{line['level_db']:5.1f} dB"
            typer.echo(
                f"  {mark} {line['name']:>8} {line['frequency_hz']:8.2f} Hz {line['order']:7.3f} fr {level}"
            )


def _draw(verdict: BearingVerdict) -> str:
    """Draw the squared envelope spectrum up to a little beyond the last expected line."""
    import numpy as np

    last = max((line.frequency_hz for line in verdict.lines), default=float(verdict.spectrum_hz[-1]))
    shown = verdict.spectrum_hz <= 1.15 * last
    parts = np.array_split(verdict.spectrum_db[shown], WIDTH)
    peaks = np.array([max(float(p.max()), 0.0) if p.size else 0.0 for p in parts])
    top = max(float(peaks.max()), 1.0)
    bars = np.rint(peaks / top * HEIGHT).astype(int)
    rows = ["".join("█" if b >= level else " " for b in bars) for level in range(HEIGHT, 0, -1)]
    end = f"{1.15 * last:.0f} Hz"
    axis = "0" + end.rjust(WIDTH - 1)
    return "\n".join([f"envelope spectrum, up to {top:.0f} dB over the floor", *rows, "─" * WIDTH, axis])
