"""The secrets of Airflow are made once, for their owner only; its processes end together."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kernel import ConfigError
from tenderline.airflow_home import SECRETS, prepare

PREPARE = """
import sys
from pathlib import Path
from tenderline.airflow_home import prepare
print("ready", flush=True)
sys.stdin.readline()
prepare(Path(sys.argv[1]))
"""

SERVE = """
import sys
from tenderline.airflow_home import serve
sys.exit(serve(sys.argv[1:], patience=0.5))
"""
# A process that starts another, tells both ids, and then waits; `trap` is what they do when told.
GROUP = "trap '{trap}' TERM INT; (while :; do sleep 0.1; done) & echo $$ $!; {then}"
WAIT = "while :; do sleep 0.1; done"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that looks like a checkout; what `prepare` sets is unset after the test."""
    for name in ("AIRFLOW_HOME", "GX_ANALYTICS_ENABLED"):
        monkeypatch.setenv(name, "from outside")
    (tmp_path / "airflow.cfg").touch()
    return tmp_path


def made(home: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (home / "var" / "secrets").iterdir()}


def test_the_environment_is_set(home: Path) -> None:
    prepare(home)
    assert os.environ["AIRFLOW_HOME"] == str(home)
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"


def test_the_secrets_are_what_airflow_asks_for(home: Path) -> None:
    prepare(home)
    found = made(home)
    assert set(found) == set(SECRETS)
    assert len(base64.urlsafe_b64decode(found["fernet"])) == 32
    assert len(found["jwt"]) >= 64
    assert len(found["api"]) >= 64
    assert len(json.loads(found["simple_auth.json"])["admin"]) >= 20
    assert len(set(found.values())) == len(found)


def test_the_secrets_of_two_homes_differ(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "airflow.cfg").touch()
    prepare(home)
    prepare(other)
    assert all(made(home)[name] != made(other)[name] for name in SECRETS)


def test_the_secrets_stay(home: Path) -> None:
    prepare(home)
    before = made(home)
    prepare(home)
    assert made(home) == before


def test_a_missing_secret_is_made_again_and_the_others_stay(home: Path) -> None:
    prepare(home)
    before = made(home)
    (home / "var" / "secrets" / "jwt").unlink()
    prepare(home)
    assert {name for name in SECRETS if made(home)[name] != before[name]} == {"jwt"}


def test_only_the_owner_may_read_them(home: Path) -> None:
    (home / "var").mkdir(mode=0o755)
    prepare(home)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (home / "var").rglob("*")}
    assert modes == {"secrets": 0o700} | dict.fromkeys(SECRETS, 0o600)
    assert (home / "var").stat().st_mode & 0o777 == 0o700


def test_what_is_written_elsewhere_stays_as_open_as_before(home: Path) -> None:
    before = os.umask(0o022)
    try:
        prepare(home)
        (home / "file").touch()
    finally:
        os.umask(before)
    assert (home / "file").stat().st_mode & 0o777 == 0o644


def test_processes_that_start_together_share_the_secrets(home: Path) -> None:
    together = [
        subprocess.Popen(
            [sys.executable, "-c", PREPARE, home],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in together:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in together:
        process.communicate("go\n")
    assert [process.returncode for process in together] == [0] * 4
    before = made(home)
    assert set(before) == set(SECRETS)  # and nothing half made is left
    prepare(home)
    assert made(home) == before


def test_a_secret_that_another_process_made_meanwhile_is_kept(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = home / "var" / "secrets"
    folder.mkdir(parents=True)
    link = os.link

    def late(source: Path, target: Path) -> None:
        target.write_text("theirs")
        link(source, target)

    monkeypatch.setattr(os, "link", late)
    prepare(home)
    assert made(home) == dict.fromkeys(SECRETS, "theirs")


def test_a_folder_that_is_no_checkout_is_refused(home: Path) -> None:
    (home / "airflow.cfg").unlink()
    with pytest.raises(ConfigError, match="run this in a checkout"):
        prepare(home)
    assert not (home / "var").exists()
    assert os.environ["AIRFLOW_HOME"] == "from outside"


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("trap", ["exit", ""])  # they end when asked to; they do not
def test_all_processes_end_when_it_is_interrupted(sign: signal.Signals, trap: str) -> None:
    with serving(GROUP.format(trap=trap, then=WAIT)) as process:
        ids = started(process)
        process.send_signal(sign)
        assert process.wait(timeout=20) != 0
    assert not any(map(alive, ids))


@pytest.mark.parametrize("code", [0, 3])
def test_what_is_left_ends_when_the_first_process_does(code: int) -> None:
    with serving(GROUP.format(trap="", then=f"exit {code}")) as process:
        ids = started(process)
        assert process.wait(timeout=20) == code
    assert not any(map(alive, ids))


def serving(script: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SERVE, "bash", "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def started(process: subprocess.Popen[str]) -> list[int]:
    assert process.stdout
    ids = [int(number) for number in process.stdout.readline().split()]
    assert len(ids) == 2
    return ids


def alive(number: int) -> bool:
    """Whether a process is there, and not only waiting to be let go of by its parent."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return False
        if state == "Z":
            return False
        time.sleep(0.05)
    return True
