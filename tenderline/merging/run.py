"""Files to one merged file: read, merged piece by piece, joined in order.

Owns the flow. What is shown is `tenderline.commands`'.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from io import BufferedWriter
from pathlib import Path

from tenderline.merging.intake import taken_in
from tenderline.merging.join import Joined, Wanted, join
from tenderline.merging.output import in_order, output, write_lines, write_package
from tenderline.merging.place import placed
from tenderline.merging.tally import Tally


@dataclass(slots=True)
class Merged:
    """What was read and written."""

    tally: Tally = field(default_factory=Tally)
    joined: list[Joined] = field(default_factory=list)


def merge(names: Sequence[str], out: Path, wanted: Wanted, *, jobs: int = 0) -> Merged:
    """Merge the releases of files into the file `out`.

    Args:
        names: the paths of files of OCDS data in any form, or `-` for standard input.
        out: where to, packed if its name ends in `.gz` or `.zst`.
        wanted: compiled or versioned releases, one a line, or a package of records with them.
        jobs: how many processes share the work; 0 for one a core.

    The same releases give the same bytes, however they are spread over files and in any order.

    Raises:
        ConfigError: a file is not there, or `out` cannot be written.
    """
    alone = not (wanted.versioned or wanted.package)
    with ExitStack() as stack:
        stream = stack.enter_context(output(out, names))
        intake = stack.enter_context(taken_in(names, jobs, alone=alone))
        made = Merged(intake.tally)
        if intake.held and not wanted.package and isinstance(stream, BufferedWriter):
            made.joined = placed(intake.workers, Path(stream.name), wanted)
            return made
        made.joined = intake.each(join, wanted)
        lines = in_order([joined.path for joined in made.joined if joined.path])
        if wanted.package:
            last = max((joined.last for joined in made.joined), default="")
            write_package(stream, lines, made.tally, last)
        else:
            write_lines(stream, lines)
    return made
