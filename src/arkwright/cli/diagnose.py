"""`arkwright diagnose`: hand over a file of vibration and get a verdict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from arkwright.app.diagnose_question import Question
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
    alpha: Annotated[
        float, typer.Option(min=1e-6, max=0.5, help="Share of healthy records that may be called faulty.")
    ] = 0.01,
    unit: Annotated[str, typer.Option(help="Unit of the samples, as g: needed for severity.")] = "",
    power_kw: Annotated[float | None, typer.Option(help="Rated power [kW]: needed for the zone.")] = None,
    support: Annotated[str, typer.Option(help="rigid or flexible: needed for the zone.")] = "",
    quantity: Annotated[
        str, typer.Option(help="What was measured: acceleration, current, displacement, ...")
    ] = "acceleration",
    plate: Annotated[
        list[str] | None, typer.Option(help="Field of the nameplate, as n_vanes=6; may be repeated.")
    ] = None,
    tacho: Annotated[str, typer.Option(help="Channel of a tacho: the speed comes from its pulses.")] = "",
    beside: Annotated[
        list[str] | None, typer.Option(help="What was sampled with it, as NDE=CHANNEL; may be repeated.")
    ] = None,
    tests: Annotated[bool, typer.Option("--tests", help="List every test and what it needs.")] = False,
    manifest: Annotated[Path | None, typer.Option(help="CSV with one record a row.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    json_lines: Annotated[bool, typer.Option("--json-lines", help="One JSON object a row.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write a page with plots here (.html).")] = None,
) -> None:
    """Judge a record of vibration or current, with evidence: bearings by name, all else by the nameplate."""
    from arkwright.app.diagnose_question import Question, read_pairs, read_plate

    if tests:
        from arkwright.cli.diagnose_tests import list_tests

        list_tests(as_json=as_json or json_lines)
        return
    if (file is None) == (manifest is None):
        typer.echo("error: give either a file or --manifest FILE.csv", err=True)
        raise typer.Exit(1)
    if manifest is not None:
        _judge_manifest(manifest, alpha, json_lines or as_json)
    elif file is not None:
        orders = _orders(bpfo, bpfi, bsf, ftf)
        stated, besides = read_plate(plate or ()), read_pairs(beside or (), "--beside")
        question = Question(
            file, channel, rate, rpm, bearing, orders, unit, alpha, power_kw, support,
            stated, quantity, tacho, besides,
        )  # fmt: skip
        _judge_file(question, report, as_json=as_json or json_lines)


def _judge_file(question: Question, report: Path | None, *, as_json: bool) -> None:
    from arkwright.app.diagnose import diagnose

    diagnosis = diagnose(question)
    if report is not None:
        from arkwright.app.report import report_page

        _write(report, report_page(diagnosis))
        typer.echo(f"wrote {report}", err=True)
    if as_json:
        typer.echo(json.dumps(diagnosis.answer))
        return
    _print_answer(diagnosis.answer)
    if diagnosis.verdict is not None and diagnosis.verdict.spectrum_hz.size:
        typer.echo(_draw(diagnosis.verdict))


def _write(path: Path, text: str) -> None:
    from arkwright.core.errors import SourceError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SourceError(f"cannot write the report: {error.strerror}", where=str(path)) from error


def _orders(*stated: float | None) -> BearingOrders | None:
    known = [order for order in stated if order is not None]
    if not known:
        return None
    from arkwright.core.errors import ArkwrightError
    from arkwright.kits.orders import BearingOrders as Orders

    if len(known) < 4:
        raise ArkwrightError(f"{len(known)} of the fault orders", wanted="all of --bpfo --bpfi --bsf --ftf")
    if any(not 0 < order < 1000 for order in known):
        raise ArkwrightError("a fault order that no bearing has", wanted="multiples of the shaft's speed")
    return Orders(known[0], known[1], known[2], known[3], "command line")


def _judge_manifest(manifest: Path, alpha: float, as_json: bool) -> None:
    from dataclasses import replace

    from rich.console import Console
    from rich.progress import track

    from arkwright.app.diagnose import diagnose_row, read_manifest

    rows = list(read_manifest(manifest))
    for cells, question in track(rows, "Judging", console=Console(stderr=True), transient=True):
        asked = question if isinstance(question, str) else replace(question, alpha=alpha)
        answer = diagnose_row(cells, asked)
        if as_json:
            typer.echo(json.dumps(answer))
        else:
            where = f"{answer['file']} {answer['channel']}".strip()
            typer.echo(f"{where}: {answer['verdict']} ({answer['confidence']:.2f})")


def _print_answer(answer: dict[str, Any]) -> None:
    typer.echo(f"verdict     {answer['verdict']}")
    if answer["labels"] and answer["labels"] != [answer["verdict"]]:
        typer.echo(f"faults      {', '.join(answer['labels'])}")
    typer.echo(f"confidence  {answer['confidence']:.2f}")
    severity = answer["severity"]
    if severity:
        zone = f"zone {severity['zone']} ({severity['standard']})" if severity["zone"] else "no zone"
        typer.echo(f"severity    {severity['velocity_mm_s']:.2f} mm/s RMS, {zone}")
    for reason in answer.get("severity_missing", []):
        typer.echo(f"severity    not known: {reason}")
    for evidence in answer["evidence"]:
        _print_evidence(evidence)
    for seen in answer.get("also", []):
        typer.echo(f"also        {seen['cause']} ({seen['confidence']:.2f}): {seen['text']}")
    for doubt in answer.get("quality", []):
        typer.echo(f"doubt       {doubt['text']}")


def _print_evidence(evidence: dict[str, Any]) -> None:
    typer.echo(f"{'against ' if evidence.get('against') else 'evidence'}    {evidence['text']}")
    for proof in evidence.get("proofs", []):
        typer.echo(f"  {'against' if proof.get('against') else 'proof  '} {proof['text']}")
    for line in evidence.get("lines", []):
        mark = "found  " if line["found"] else "missing"
        level = f"{line['level_db']:5.1f} dB"
        typer.echo(
            f"  {mark} {line['name']:>9} {line['frequency_hz']:8.2f} Hz {line['order']:7.3f} fr {level}"
        )


def _draw(verdict: BearingVerdict) -> str:
    """Draw the squared envelope spectrum up to the last expected line, and where the lines lie."""
    import numpy as np

    last = max((line.frequency_hz for line in verdict.lines), default=float(verdict.spectrum_hz[-1]))
    shown = verdict.spectrum_hz <= 1.08 * last
    parts = np.array_split(verdict.spectrum_db[shown], WIDTH)
    peaks = np.array([max(float(p.max()), 0.0) if p.size else 0.0 for p in parts])
    top = max(float(peaks.max()), 1.0)
    bars = np.rint(peaks / top * HEIGHT).astype(int)
    rows = ["".join("█" if b >= level else " " for b in bars) for level in range(HEIGHT, 0, -1)]
    under = ["─"] * WIDTH
    for line in verdict.lines:
        at = min(WIDTH - 1, int(line.frequency_hz / (1.08 * last) * WIDTH))
        under[at] = "▲" if line.found or under[at] == "▲" else "△"
    axis = "0" + f"{1.08 * last:.0f} Hz".rjust(WIDTH - 1)
    head = f"envelope spectrum, up to {top:.0f} dB over the floor (▲ expected and there, △ expected and not)"
    return "\n".join([head, *rows, "".join(under), axis])
