"""`arkwright feed`, `orders` and `audit` as a user runs them."""

import csv
import io
import json
import sqlite3

import pytest
from tests.app.troubles import found
from tests.cli.plantfolder import arkwright, lay_out, tell
from tests.connect.cmms_server import KEY, Cmms


@pytest.fixture
def folder(tmp_path):
    return lay_out(tmp_path / "works")


@pytest.fixture
def run(capsys):
    return lambda *words: arkwright(capsys, *words)


def loaded(done):
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_the_feed_lists_cards_worst_first(folder, run):
    tell(folder, found("watch"), found("stop", asset="f1"))
    told = loaded(run("feed", folder, "--json"))
    assert (told["site"], told["currency"]) == ("works", "CNY")
    assert [(c["band"], c["asset"]) for c in told["cards"]] == [("stop", "f1"), ("watch", "p1")]
    lines = run("feed", folder).out.splitlines()
    assert "worth CNY" in lines[0]
    assert lines[1].split()[1:3] == ["stop", "90%"]
    assert "46,000" in lines[2]


def test_a_site_that_never_ran_says_so_and_makes_nothing(folder, run):
    done = run("feed", folder)
    assert done.code == 1
    assert "nothing was kept yet" in done.err
    assert list(folder.parent.iterdir()) == [folder]


def test_a_card_is_approved_by_the_beginning_of_its_id_and_only_once(folder, run):
    tell(folder, found())
    card = found().subject[:6]
    first = run("feed", "approve", folder, card, "--person", "li")
    assert first.code == 0
    assert first.out.startswith("WO-")
    assert "-00001: Pump 1, drive end: Replace the bearing, due " in first.out
    assert run("feed", "approve", folder, card, "--person", "ana").out == first.out
    assert run("feed", folder).out == "No card is open.\n"
    assert len(loaded(run("orders", folder, "--json"))["orders"]) == 1


def test_nobody_and_those_who_may_only_look_decide_nothing(folder, run):
    tell(folder, found())
    for person, said in (("eve", "nobody who may decide has the name 'eve'"), ("tom", "tom is viewer")):
        done = run("feed", "approve", folder, found().subject, "--person", person)
        assert (done.code, said in done.err) == (1, True)
    assert run("feed", "approve", folder, found().subject).code == 2  # who decides is not optional


def test_an_account_is_made_closed_and_opened_from_the_terminal(folder, run):
    tell(folder, found())
    card = found().subject
    assert run("people", "add", folder, "wei").out == "wei is engineer\n"
    assert "has an account already" in run("people", "add", folder, "wei").err
    assert "there is no role 'boss'" in run("people", "add", folder, "bo", "--role", "boss").err
    run("people", "close", folder, "wei")
    assert (
        "nobody who may decide has the name 'wei'"
        in run("feed", "approve", folder, card, "--person", "wei").err
    )
    run("people", folder, "open", "wei")
    assert run("feed", "approve", folder, card, "--person", "wei").code == 0
    assert {p["name"]: p["role"] for p in loaded(run("people", folder, "--json"))["people"]}[
        "wei"
    ] == "engineer"
    assert [a["person"] for a in loaded(run("audit", folder, "--json"))["acts"]][-4:] == ["console"] * 3 + [
        "wei"
    ]


def test_a_card_is_deferred_rejected_and_opened_again(folder, run):
    tell(folder, found())
    card = found().subject
    assert run("feed", "defer", folder, card, "--person", "li", "--until", "7d").code == 0
    [deferred] = loaded(run("feed", folder, "--state", "deferred", "--json"))["cards"]
    assert deferred["decided_by"] == "li"
    assert run("feed", "reopen", folder, card, "--person", "li").code == 0
    assert (
        loaded(run("feed", "reject", folder, card, "--person", "li", "--why", "known", "--json"))["reason"]
        == "known"
    )
    assert "rejected by li known" in run("feed", "show", folder, card).out


def test_a_time_is_read_by_the_clock_of_the_site(folder, run):
    tell(folder, found())
    done = run(
        "feed", "defer", folder, found().subject, "--person", "li", "--until", "2099-01-01T06:00", "--json"
    )
    assert loaded(done)["until"] == "2098-12-31T22:00:00+00:00"
    done = run("feed", "defer", folder, found().subject, "--person", "li", "--until", "soon")
    assert "'soon' is no time" in done.err


def test_a_card_that_is_not_there_and_one_that_is_not_clear_are_told(folder, run):
    tell(folder, *(found(location=f"L{n}") for n in range(40)))
    assert "there is no card 'zzz'" in run("feed", "show", folder, "zzz").err
    firsts = [found(location=f"L{n}").subject[0] for n in range(40)]  # of 16 digits: some must be shared
    shared = max(firsts, key=firsts.count)
    assert f"{firsts.count(shared)} cards begin with '{shared}'" in run("feed", "show", folder, shared).err


def test_an_order_goes_from_open_to_done_with_a_verdict(folder, run):
    tell(folder, found())
    order = loaded(run("feed", "approve", folder, found().subject, "--person", "li", "--json"))["id"]
    # The site may stand before the command, as people say it.
    assert (
        run("orders", folder, "move", order, "in_progress", "--person", "li").out
        == f"{order} is in_progress\n"
    )
    done = run(
        "orders", "move", folder, order, "done", "--person", "li", "--verdict", "right", "--note", "spall"
    )
    assert done.out == f"{order} is done, right\n"
    assert run("orders", "move", folder, order, "open", "--person", "li").code == 1
    assert (
        run("orders", "label", folder, order, "wrong", "--person", "ana").out == f"{order} is done, wrong\n"
    )
    assert "done (wrong)" in run("orders", folder).out
    assert "there is no state 'finished'" in run("orders", "list", folder, "--state", "finished").err


def test_orders_are_exported_as_csv_and_as_json(folder, run, tmp_path):
    tell(folder, found())
    run("feed", "approve", folder, found().subject, "--person", "li")
    [row] = csv.DictReader(io.StringIO(run("orders", "export", folder, "--csv").out))
    assert (row["job_asset"], row["state"]) == ("p1", "open")
    out = tmp_path / "orders.json"
    assert run("orders", "export", folder, "--json", "--out", out).code == 0
    assert json.loads(out.read_text())["orders"][0]["job"]["spares"] == ["rolling bearing 6205"]
    assert "either --csv or --json" in run("orders", "export", folder, "--json", "--csv").err


def test_orders_are_filed_and_read_back(folder, run):
    cmms = Cmms()
    (folder / "key.txt").write_text(KEY)
    with (folder / "site.toml").open("a") as file:
        file.write(f'[cmms]\nurl = "{cmms.url}"\ntoken_file = "key.txt"\n')
    tell(folder, found())
    run("feed", "approve", folder, found().subject, "--person", "li")
    assert ": filed WO000017" in run("orders", "file", folder).out
    cmms.close_order(17, feedback="right")
    [moved] = loaded(run("orders", folder, "file", "--json"))["moved"]
    cmms.stop()
    assert (moved["state"], moved["verdict"]) == ("done", "right")
    assert KEY not in run("audit", folder, "--json").out


def test_filing_without_a_maintenance_system_says_what_to_write(folder, run):
    tell(folder, found())
    assert "[cmms] with url and token" in run("orders", "file", folder).err


def test_the_audit_log_is_shown_and_verified(folder, run):
    tell(folder, found())
    run("feed", "approve", folder, found().subject, "--person", "li")
    told = loaded(run("audit", folder, "--json", "--verify"))
    assert told["broken"] is None
    assert (told["acts"][-1]["person"], told["acts"][-1]["act"]) == ("li", "approved")
    with sqlite3.connect(folder.parent / "works.data" / "ledger.db") as at:
        at.execute("UPDATE audit SET person = 'eve' WHERE act = 'approved'")
    at.close()
    done = run("audit", folder, "--verify")
    assert done.code == 2
    assert "was changed after it was written" in done.out
    assert run("audit", folder, "--anchor", told["head"]).code == 2
    assert "is no head" in run("audit", folder, "--anchor", "x").err
