"""Any two editions compared, as a person names them.

Owns where a delta is written. What differs is `publish.delta`'s matter.
"""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from publish.delta import Summary
from publish.delta.side import published
from publish.delta.write import write
from tenderline.found import found_edition
from tenderline.whole_file import whole_folder


def compare(old: str, new: str, lake_root: str, folder: Path | None) -> Summary:
    """What the delta from edition `old` to edition `new` counts.

    Args:
        old: the name of an edition in the lake, or a folder.
        new: the same.
        lake_root: the lake.
        folder: new or empty; `delta/` is written there, in the form that editions have. None: it
            is not kept.

    Raises:
        ConfigError: there is no such edition. LakeCorrupt: one is not what was written.
    """
    editions = [found_edition(name, lake_root) for name in (old, new)]
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tenderline-")))
        for name in ("runs", "made"):
            (scratch / name).mkdir()
        made = stack.enter_context(whole_folder(folder)) if folder else scratch / "made"
        sides = [published(*edition, stack) for edition in editions]
        _, told = write(sides[0], sides[1], made, scratch / "runs")
        return told
