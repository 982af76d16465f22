"""Where the DAGs read and write: the few settings that differ between installations.

Owns the environment variables. `TENDERLINE_LAKE` is the lake's root (default: `lake` in
`AIRFLOW_HOME`); `TENDERLINE_AT` asks stand-ins, as `source=address,source=address`;
`TENDERLINE_ALERT_URL` is told of failures.
"""

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from extractors.loader import load
from kernel import ConfigError, Lake, Source
from kernel.window import stamp


def home() -> Path:
    """Airflow's home: the root of the checkout."""
    return Path(os.environ.get("AIRFLOW_HOME", "~/airflow")).expanduser()


def lake() -> Lake:
    """The lake of this installation: a folder, or an address with an Airflow connection's id."""
    root = os.environ.get("TENDERLINE_LAKE", str(home() / "lake"))
    if "://" not in root:
        return Lake(root)
    from airflow.sdk import ObjectStoragePath  # knows the credentials of the connection

    return Lake(ObjectStoragePath(root))


def source(source_id: str) -> Source:
    """The source, at the stand-in that `TENDERLINE_AT` names for it, if any."""
    found = load(source_id)
    for pair in filter(None, os.environ.get("TENDERLINE_AT", "").split(",")):
        name, equals, address = pair.partition("=")
        if not equals:
            raise ConfigError(f"TENDERLINE_AT: {pair!r} is not source=address")
        if name.strip() == source_id:
            return found.at(address.strip())
    return found


def asked(source_id: str, params: Mapping[str, Any]) -> Source:
    """The source as a run asks it: `choose` of several, files at `place`, where these are given.

    Raises:
        ConfigError: there is nothing to choose in the source, or what is chosen is no choice.
    """
    found = source(source_id)
    if choose := params.get("choose"):
        found = found.choosing(*choose)
    return found.placed(params["place"]) if params.get("place") else found


def look(asked: Source, end: datetime) -> str:
    """The name of a run's look at its windows.

    What a stand-in answers is another look, and so is what is chosen, and what lies in files.
    """
    own = load(asked.id)
    if asked.fetch.strategy == "files":
        from extractors.files import look as look_at  # not when Airflow parses the DAGs

        return f"files-{look_at(asked.fetch.url, asked).digest[:8]}"
    server, usual = (urlsplit(each.fetch.url).netloc for each in (asked, own))
    chosen = asked.fetch.each if asked.fetch.each != own.fetch.each else ()
    told = server.replace(":", "-") if server != usual else ""
    return "-".join(filter(None, (stamp(end), *chosen, told)))
