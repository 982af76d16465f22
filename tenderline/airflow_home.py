"""What Airflow needs from its first start to its end: a home, secrets made once, a way to stop.

Owns `var/` in the checkout. Does not import Airflow: the environment must be set before that.
"""

import base64
import contextlib
import json
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from kernel import ConfigError

TICK = 0.1  # seconds between two looks at a process
SECRETS = ("fernet", "api", "jwt", "simple_auth.json")


def prepare(home: Path) -> None:
    """Set `AIRFLOW_HOME` to the checkout `home`, and make its secrets if there are none.

    Only its owner may enter `var/`; the lake stays as open as elsewhere. All processes of Airflow
    share the secrets: without a common jwt secret every task fails.

    Raises:
        ConfigError: `home` is no checkout of tenderline.
    """
    if not (home / "airflow.cfg").is_file():
        raise ConfigError("there is no airflow.cfg here: run this in a checkout", path=str(home))
    folder = home / "var" / "secrets"
    for private in (folder.parent, folder):
        private.mkdir(exist_ok=True, mode=0o700)
        private.chmod(0o700)
    for name in SECRETS:
        _make(folder / name)
    os.environ["AIRFLOW_HOME"] = str(home)
    os.environ["GX_ANALYTICS_ENABLED"] = "false"


def serve(command: Sequence[str] = ("airflow", "standalone"), patience: float = 15) -> int:
    """Run Airflow until it ends; its exit code. Ctrl-C or a TERM ends it and all its processes.

    It has a session of its own: a Ctrl-C at the terminal would reach its processes all at once, on
    which some hang, and a TERM to the first of them alone leaves the others running.

    Args:
        command: what to run.
        patience: seconds that it has to end after a first TERM, after a second, and when killed.

    Raises:
        KeyboardInterrupt: it was interrupted, and has ended.
    """
    told: list[int] = []
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda number, _frame: told.append(number))
    airflow = subprocess.Popen(command, start_new_session=True)  # noqa: S603 (it is our own)
    while airflow.poll() is None and not told:
        time.sleep(TICK)
    for sign in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
        if _ended(airflow, sign, patience):
            break
    if told:
        raise KeyboardInterrupt
    return airflow.wait()


def _ended(process: subprocess.Popen[bytes], sign: signal.Signals, patience: float) -> bool:
    """Signal the whole group of `process`; whether all of it is gone within `patience`."""
    deadline = time.monotonic() + patience
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, sign)
        while time.monotonic() < deadline:
            process.poll()  # lets go of it when it has ended
            os.killpg(process.pid, 0)
            time.sleep(TICK)
        return False
    return True


def _make(path: Path) -> None:
    """Create a secret whole or not at all; an existing one stays."""
    if path.exists():
        return
    staged = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as stream:
        stream.write(_value(path.name))
    try:
        os.link(staged, path)
    except FileExistsError:
        pass  # another process was first: its secret is the one
    finally:
        staged.unlink()


def _value(name: str) -> str:
    if name == "fernet":
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()  # what Fernet asks for
    if name == "simple_auth.json":  # passwords in plain text; Airflow would make the file for all
        return json.dumps({"admin": secrets.token_urlsafe(16)})
    return secrets.token_urlsafe(64)  # HS512 asks for 64 bytes
