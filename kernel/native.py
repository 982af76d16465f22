"""Hot modules as machine code, where a C compiler was there to make it.

Owns which modules are compiled, where the results lie, and when they stand for their source: only
while every one of these sources is what it was compiled from. They are made by
`tenderline.native`; without them, or with TENDERLINE_NATIVE=0, the same files run as Python.
"""

import hashlib
import os
import sys
import sysconfig
from collections.abc import Iterable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PLACE = ROOT / "build" / "native"
# JSON text and the releases in it; merging; what of a record is public; the rows of the tables; a
# walk through a release, the checks of it, and what is told of them: three quarters of `validate`.
MODULES = (
    "tenderline.merging.releases",
    "transforms.forms",
    "transforms.jsontext",
    "transforms.merge",
    "transforms.privacy.contacts",
    "transforms.privacy.masks",
    "transforms.privacy.redaction",
    "transforms.tables.bound",
    "transforms.tables.cells",
    "transforms.tables.plan",
    "transforms.tables.tabulator",
    "transforms.tables.told",
    "transforms.values",
    "transforms.versioned",
    "validation.judge",
    "validation.process",
    "validation.spots",
    "validation.walk",
    "validation.reading.assembly",
    "validation.reading.identities",
    "validation.reading.inspector",
    "validation.reading.wellformed",
    "validation.reading.worker",
    *(
        f"validation.checks.{name}"
        for name in (
            "coherence", "coherence_dates", "coherence_days", "conformance", "consistency",
            "consistency_parties", "fields", "fields_contacts", "fields_documents", "ours_awards",
            "ours_identity", "ours_money", "ours_sme", "ours_timeliness", "ours_values",
            "references",
        )
    ),
)  # fmt: skip


def source_of(module: str) -> Path:
    """The file of a module."""
    return ROOT.joinpath(*module.split(".")).with_suffix(".py")


@cache
def folder() -> Path:
    """Where the compiled modules of just these sources and this Python lie, if they were made."""
    found = hashlib.sha256(f"{sys.version} {sysconfig.get_config_var('SOABI')}".encode())
    for module in MODULES:
        found.update(source_of(module).read_bytes())
    return PLACE / found.hexdigest()[:16]


def prefer(package: str, path: Iterable[str]) -> list[str]:
    """The search path of a package, with the folder of its compiled modules first if there is one.

    Args:
        package: its name.
        path: where its modules are looked for.
    """
    if os.environ.get("TENDERLINE_NATIVE") == "0" or not PLACE.is_dir():
        return list(path)
    compiled = folder().joinpath(*package.split("."))
    if not compiled.is_dir():
        return list(path)
    if str(folder()) not in sys.path:
        sys.path.append(str(folder()))  # what the modules share lies there
    return [str(compiled), *path]
