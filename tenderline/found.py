"""An edition as a person names it: in the lake, or a folder that it was copied to.

Owns the look-up.
"""

from dataclasses import replace
from pathlib import Path

from kernel import ConfigError, Lake, Manifest
from kernel.lake import MANIFEST


def found_edition(name: str, lake_root: str) -> tuple[Lake, Manifest]:
    """The edition `name`, and where its files are.

    Args:
        name: of an edition in the lake, with its folder there or without; or a folder anywhere.
        lake_root: the lake.

    Raises:
        ConfigError: there is none, or more than one of that name. LakeCorrupt: its manifest was
            altered.
    """
    path = Path(name)
    if (path / MANIFEST).is_file():
        path = path.resolve()
        lake = Lake(path.parent)
        return lake, replace(lake.manifest(path.name), folder=path.name)
    lake = Lake(lake_root)
    found = [f for f in lake.folders("published") if name in (f, f.rsplit("/", 1)[-1])]
    if len(found) != 1:
        what = "no edition" if not found else "more than one edition"
        raise ConfigError(f"{what} {name!r}: `tenderline editions` lists them", path=lake_root)
    return lake, lake.manifest(found[0])
