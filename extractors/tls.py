"""Which certificates are trusted: the usual roots, and those that an installation adds to them.

Owns the additions: the file that a source's facts name and the file that `TENDERLINE_CA` names.
Verification is never switched off: a server whose chain lacks a link is mended by adding the link.
"""

import os
import ssl
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from kernel import ConfigError

FOLDER = Path(__file__).parent / "sources"  # where a facts file's own certificates lie
ADVICE = (
    "If the server leaves out an intermediate certificate, as some do, get it from its issuer, save"
    " it as PEM in a file and name that file in TENDERLINE_CA; if it has expired, or names another"
    " host, wait until the source has mended it"
)


class Trusting(HTTPAdapter):
    """A requests adapter that verifies with `context`."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """As requests calls it; the context is added."""
        super().init_poolmanager(*args, ssl_context=self.context, **kwargs)


def trust(http: requests.Session, shipped: str) -> None:
    """Let `http` also trust what `TENDERLINE_CA` and the file `shipped` beside the facts hold.

    Raises:
        ConfigError: one of the files cannot be read or holds no certificate in PEM.
    """
    files = [FOLDER / shipped] if shipped else []
    if told := os.environ.get("TENDERLINE_CA"):
        files.append(Path(told).expanduser())
    if files:
        http.mount("https://", Trusting(context(files)))


def context(files: list[Path]) -> ssl.SSLContext:
    """A verifying context: the usual roots and the certificates in `files`."""
    made = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
    for path in files:
        try:
            made.load_verify_locations(cafile=path)
        except (OSError, ssl.SSLError) as error:
            message = f"no certificates in PEM can be read here: {error}. Correct TENDERLINE_CA"
            raise ConfigError(message, path=str(path)) from error
    return made


def unverified(error: BaseException) -> str | None:
    """What is wrong with the server's certificate, and what to do; None if that is not it."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return f"the server's certificate cannot be verified: {seen.verify_message}. {ADVICE}"
        wrapped = (arg for arg in seen.args if isinstance(arg, BaseException))
        seen = next(wrapped, None) or seen.__cause__ or seen.__context__
    return None
