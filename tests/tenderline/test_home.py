"""The secrets of Airflow are made once, whole, and for their owner only."""

import base64
import json
import os
import subprocess
import sys
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
