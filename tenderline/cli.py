"""The command `tenderline`: its start, its end, and where its commands are.

Owns the ending: every error of the pipeline ends in its class's exit code.
"""

import os
import sys

import click

from kernel import PipelineError
from tenderline import console
from tenderline.command import cli
from tenderline.commands import looks, merging, pulls, servers, tabling

__all__ = ["cli", "main"]
IO_ERROR = 74  # EX_IOERR of sysexits.h: a full disk, a folder that may not be written
COMMANDS = (
    pulls,
    looks,
    merging,
    tabling,
    servers,
)  # importing them is what adds their commands to `cli`


def main() -> None:
    """Run the command line and exit with the code of the error's class."""
    os.umask(0o022)
    try:
        cli.main(standalone_mode=False)
    except PipelineError as error:
        console.err.print(f"{type(error).__name__}: {error}", markup=False)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        console.err.print("interrupted: run the same command again to go on")
        sys.exit(130)
    except OSError as error:
        console.err.print(
            f"{error}: make room or mend it, then run the same command again", markup=False
        )
        sys.exit(IO_ERROR)
