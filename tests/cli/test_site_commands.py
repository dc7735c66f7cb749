"""`arkwright new` and `arkwright check`, run as a user runs them."""

import json
import subprocess
import sys


def arkwright(*words):
    return subprocess.run(
        [sys.executable, "-m", "arkwright", *words], capture_output=True, text=True, timeout=60
    )


def test_a_new_site_checks_clean(tmp_path):
    folder = str(tmp_path / "hall7")
    assert arkwright("new", folder).returncode == 0
    done = arkwright("check", folder, "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == {"errors": 0, "assets": 1, "signals": 0, "flaws": []}


def test_a_flaw_is_told_with_its_row_and_exit_code_1(tmp_path):
    arkwright("new", str(tmp_path / "s"))
    (tmp_path / "s" / "assets.csv").write_text("asset,parent\np1,nowhere\n")
    done = arkwright("check", str(tmp_path / "s"))
    assert done.returncode == 1
    assert "assets.csv:2: parent 'nowhere' is not an asset" in done.stdout


def test_an_error_is_one_sentence_and_no_traceback(tmp_path):
    arkwright("new", str(tmp_path / "s"))
    done = arkwright("new", str(tmp_path / "s"))
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


def test_help_loads_nothing_heavy():
    code = (
        "import sys; import arkwright.cli.main; "
        "heavy = ('pyarrow', 'numpy', 'scipy', 'polars', 'nicegui', 'asyncua'); "
        "print([m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]"
