"""The command that judges anyone's OCDS files: `validate`."""

import gc
import sys
from pathlib import Path

import click


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "--json",
    "out",
    metavar="OUT",
    type=click.Path(path_type=Path),
    help="Write every failure, with its place, and all counts to the file OUT.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 for errors in the content, too.")
@click.option(
    "--standard-only", is_flag=True, help="Judge by OCDS alone; leave out checks of the content."
)
@click.option(
    "--jobs",
    type=click.IntRange(min=0),
    metavar="N",
    default=0,
    help="Processes that share the work.  [default: one for each core]",
)
def validate(
    files: tuple[str, ...], out: Path | None, jobs: int, *, strict: bool, standard_only: bool
) -> None:
    """Judge anyone's OCDS files by OCDS 1.1 and by checks of their content.

    FILE is a release package, a record package, a record, a release or a list of these, as JSON or
    JSON Lines, plain or packed with gzip or zstd; of any size; - is standard input.

    Exits with 0 if all files conform to the standard, with 1 if one does not, and with 2 if one
    cannot be read to its end or an option is wrong.
    """
    from tenderline.validate import validate as run_validate

    code = run_validate(files, out, strict=strict, standard_only=standard_only, jobs=jobs)
    gc.freeze()  # what is left need not be looked through for cycles at the end
    sys.exit(code)
