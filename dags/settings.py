"""Where the DAGs read and write: the few settings that differ between installations.

Owns the environment variables. `TENDERLINE_LAKE` is the lake's root (default: `lake` in
`AIRFLOW_HOME`); `TENDERLINE_AT` asks stand-ins, as `source=address,source=address`;
`TENDERLINE_ALERT_URL` is told of failures.
"""

import os
from datetime import datetime
from pathlib import Path
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


def look(asked: Source, end: datetime) -> str:
    """The name of a run's look at its windows; what a stand-in answers is another look."""
    server, own = (urlsplit(each.fetch.url).netloc for each in (asked, load(asked.id)))
    return "-".join([stamp(end), *([server.replace(":", "-")] if server != own else [])])
