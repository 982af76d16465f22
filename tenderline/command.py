"""What all commands share: the group they belong to, and the option for the lake."""

import click

from kernel import __version__

lake_option = click.option(
    "--lake",
    "lake_root",
    envvar="TENDERLINE_LAKE",
    default="lake",
    show_default=True,
    help="Folder or fsspec address of the lake.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="tenderline")
def cli() -> None:
    """Pull procurement notices, convert them to OCDS, check them, publish bulk files."""
