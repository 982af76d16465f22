"""The command that makes all there is of anyone's OCDS files: `bulk`."""

import sys
from pathlib import Path

import click

from tenderline.commands.merging import jobs_option


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--csv", is_flag=True, help="Also a CSV file of each table.")
@click.option("--xlsx", is_flag=True, help="Also one workbook with a sheet of each table.")
@click.option("--versioned", is_flag=True, help="Also versioned releases.")
@click.option("--records", is_flag=True, help="Also a package of records that have both.")
@jobs_option
def bulk(files: tuple[str, ...], folder: Path, jobs: int, **forms: bool) -> None:
    """Validate, merge and tabulate anyone's OCDS files at once.

    FILE is what `validate` and `tables` can read, but for standard input. DIR is a new folder, or
    an empty one: quality.txt and quality.json tell what is wrong, compiled.jsonl has the compiled
    releases, tables/ a Parquet file for each kind of object.

    Exits with the higher code of `validate` and `tables`.
    """
    from tenderline.bulk import bulk as run_bulk

    sys.exit(run_bulk(files, folder, [name for name, yes in forms.items() if yes], jobs=jobs))
