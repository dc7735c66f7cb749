"""No file that is handed on names the place it was made at."""

import re
import subprocess

from tests.architecture.source import ROOT

# In pieces, so that this file does not find itself.
ADDRESSES = [
    "py" + r"pi\.org", "python" + r"hosted\.org", "npm" + r"js\.(org|com)",
    "deb" + r"\.debian", "proxy" + r"\.golang",
    "extra-index" + "-url", "index" + r"-url\s*=", "find" + "-links", r"@\s*file" + ":", "file" + ":///",
]  # fmt: skip
HOST_PATHS = [
    r"(?<![\w.])/" + folder + "/"
    for folder in ("wo" + "rk", "ro" + "ot", "ho" + "me", "t" + "mp", "Us" + "ers")
]
SECRETS = ["BEGIN " + "(RSA |EC |OPENSSH )?PRIVATE KEY"]
PATTERN = re.compile("|".join([*ADDRESSES, *HOST_PATHS, *SECRETS]))


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_tracked_file_names_a_registry_or_a_path_of_one_computer():
    found = []
    for name in tracked():
        text = (ROOT / name).read_bytes().decode("utf-8", errors="ignore")
        found += [f"{name}: {m.group(0)}" for m in PATTERN.finditer(text)]
    assert not found, "\n".join(found)


def test_the_pattern_sees_what_it_is_for():
    for bad in (
        "https://files.python" + "hosted.org/x",
        "/" + "work/main/x",
        "resolved: https://registry.npm" + "js.org/",
    ):
        assert PATTERN.search(bad), bad


def test_pins_are_names_and_versions_only():
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    assert pins
    assert not [p for p in pins if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9.!+]+", p)]


def test_no_lock_file_with_addresses_is_tracked():
    names = {name.rpartition("/")[2] for name in tracked()}
    assert not names & {"package-lock.json", "uv.lock", "poetry.lock", "yarn.lock", "pnpm-lock.yaml"}
