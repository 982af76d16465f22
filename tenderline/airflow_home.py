"""What Airflow needs before its first start: a home, and secrets made once.

Owns `var/` in the checkout. Does not import Airflow: the environment must be set before that.
"""

import base64
import json
import os
import secrets
from pathlib import Path

from kernel import ConfigError

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
