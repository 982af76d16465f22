"""The command `tenderline`: its start and its end.

Owns the ending: every error of the pipeline ends in its class's exit code.
"""

import gc
import os
import sys

import click

from kernel import PipelineError
from kernel.environment import settle
from tenderline import console
from tenderline.command import cli

__all__ = ["cli", "main"]
SELDOM = 100_000  # objects alive before the collector looks for cycles, which JSON has none of
IO_ERROR = 74  # EX_IOERR of sysexits.h: a full disk, a folder that may not be written


def main() -> None:
    """Run the command line and exit with the code of the error's class."""
    os.umask(0o022)
    settle()
    gc.set_threshold(SELDOM)
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
