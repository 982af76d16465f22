"""What all commands share: the group they belong to, and the option for the lake.

Owns where each command is. Its module is imported when it is asked for, and with all others only
to list them: who asks for one does not wait for what the others need.
"""

from importlib import import_module

import click

from kernel import __version__

MODULES = {
    "run": "pulls",
    "backfill": "pulls",
    "publish": "pulls",
    "sources": "looks",
    "crosscheck": "looks",
    "editions": "editions",
    "retain": "editions",
    "rollback": "editions",
    "verify": "looks",
    "trace": "looks",
    "diff": "differing",
    "validate": "judging",
    "merge": "merging",
    "tables": "tabling",
    "bulk": "bulking",
    "replay": "servers",
    "stand-in": "servers",
    "demo": "servers",
    "airflow": "servers",
}

lake_option = click.option(
    "--lake",
    "lake_root",
    envvar="TENDERLINE_LAKE",
    default="lake",
    show_default=True,
    help="Folder or fsspec address of the lake.",
)


class Commands(click.Group):
    """A group whose commands are functions of `tenderline.commands`, by their names."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names of all commands."""
        return sorted(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name; None if there is none."""
        if cmd_name not in MODULES:
            return None
        module = import_module(f"tenderline.commands.{MODULES[cmd_name]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="tenderline")
def cli() -> None:
    """Pull procurement notices, convert them to OCDS, check them, publish bulk files."""
