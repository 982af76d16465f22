"""The command `tenderline`.

Owns the commands and their options. Every error of the pipeline ends in its class's exit code.
"""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import click

from kernel import ConfigError, Lake, PipelineError, __version__
from tenderline import console
from tenderline.stages import STAGES, Stage

IO_ERROR = 74  # EX_IOERR of sysexits.h: a full disk, a folder that may not be written
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


@cli.command()
def sources() -> None:
    """List the sources and what is known of them."""
    from extractors.loader import load_all

    rows = [
        (s.id, s.title, s.publisher, s.licence, s.window.first.isoformat(), s.coverage)
        for s in load_all()
    ]
    console.table("Sources", ("id", "system", "publisher", "licence", "since", "coverage"), rows)


@cli.command()
@click.argument("source_ids", metavar="SOURCE...", nargs=-1, required=True)
@click.option(
    "--from", "start", help="First moment: a date, or a date and time; on the source's clock."
)
@click.option("--to", "end", help="Moment after the last; the same. Default: midnight today.")
@lake_option
@click.option(
    "--replay",
    type=click.Path(path_type=Path),
    help="Folder of recorded pages to serve instead of the source.",
)
@click.option("--at", "base_url", help="Address of a server to ask instead of the source.")
@click.option(
    "--until",
    type=click.Choice(STAGES),
    default="publish",
    show_default=True,
    help="Last stage to run.",
)
@click.option(
    "--version", "look", help="Name of this look at the windows; another name fetches them again."
)
def run(
    source_ids: tuple[str, ...],
    start: str | None,
    end: str | None,
    lake_root: str,
    replay: Path | None,
    base_url: str | None,
    until: Stage,
    look: str | None,
) -> None:
    """Fetch, convert, compile, check and publish. Done work is not done again.

    Without --from the last whole day is fetched; with --replay, what the recording covers.
    """
    from extractors.loader import load
    from tenderline.pipeline import Run
    from tenderline.planning import Wanted

    wanted = Wanted(start, end, replay, base_url, look)
    lake = Lake(lake_root)
    lake.store.sweep()
    with ExitStack() as servers:
        planned = [wanted.of(load(source_id), servers) for source_id in source_ids]
        total = sum(len(each.windows) for each in planned)
        with console.steps(total + 4 * len(planned)) as told:
            work = Run(lake, until, told)
            for each in planned:
                work.source(each.source, each.windows, each.version)
            editions = work.publications(source_ids)
    console.summary(work.manifests)
    for edition in editions:
        where = f"{lake.root.rstrip('/')}/{edition.folder}"
        if edition.folder in work.news:
            decision = edition.notes["summary"]["decision"]
            console.out.print(f"published {where} ({decision})", markup=False)
        else:
            console.out.print(f"nothing new: {where} was published before", markup=False)
    if not lake.changes and not editions:
        console.out.print("nothing new: all of this was done before")


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--source",
    "source_id",
    default="find_a_tender",
    show_default=True,
    help="Whose pages they are.",
)
@click.option("--port", type=int, help="Where to listen on 127.0.0.1.")
@click.option("--limit", type=int, help="Requests within 120 seconds before a 429.")
@click.option(
    "--retry-after", type=float, default=120, show_default=True, help="Seconds that a 429 names."
)
def replay(
    folder: Path, source_id: str, port: int | None, limit: int | None, retry_after: float
) -> None:
    """Serve recorded pages in FOLDER on loopback as their source would, until interrupted."""
    from extractors.loader import load
    from tenderline.replay import Replay

    with Replay(folder, load(source_id), port=port, limit=limit, retry_after=retry_after) as server:
        console.out.print(f"replaying {folder} at {server.url}", markup=False)
        for word in server.recording.words:
            console.err.print(word, markup=False)
        for window in server.recording.windows(load(source_id)):
            console.out.print(f"window {window.name}", markup=False)
        sys.stdout.flush()
        server.wait()


@cli.command()
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

    sys.exit(run_validate(files, out, strict=strict, standard_only=standard_only, jobs=jobs))


@cli.command()
@click.argument("edition")
@lake_option
def verify(edition: str, lake_root: str) -> None:
    """Read EDITION back: its name in the lake, or a folder it was copied to."""
    from kernel.lake import MANIFEST
    from publish.verify import verify as read_back

    path = Path(edition)
    if (path / MANIFEST).is_file():
        path = path.resolve()
        lake, folder = Lake(path.parent), path.name
    else:
        lake = Lake(lake_root)
        found = [f for f in lake.folders("published") if edition in (f, f.rsplit("/", 1)[-1])]
        if len(found) != 1:
            raise ConfigError(
                f"no edition {edition!r}: `tenderline editions` lists them", path=lake_root
            )
        folder = found[0]
    manifest = read_back(lake, folder)
    files = len(manifest.artifacts)
    console.out.print(f"{manifest.version}: {files} files are as they were written")


@cli.command()
@lake_option
def editions(lake_root: str) -> None:
    """List the editions in the lake."""
    from publish.pointer import latest_edition

    lake = Lake(lake_root)
    rows = []
    for folder in lake.folders("published"):
        manifest = lake.manifest(folder)
        latest = latest_edition(lake, manifest.subject)
        mark = "latest" if latest and latest.version == manifest.version else ""
        summary = manifest.notes["summary"]
        rows.append((manifest.subject, manifest.version, mark, summary["decision"],
                     summary["rows"]["releases"], summary["rows"]["processes"]))  # fmt: skip
    head = ("publication", "edition", "", "decision", "releases", "processes")
    console.table("Editions", head, rows)


@cli.command()
@lake_option
def demo(lake_root: str) -> None:
    """Publish two days of made-up notices through Airflow, without a network."""
    from tenderline.demo import demo as run_demo

    run_demo(Path.cwd(), Path(lake_root).absolute())


@cli.command()
@lake_option
def airflow(lake_root: str) -> None:
    """Start Airflow with its web UI on this checkout; Ctrl-C ends it."""
    from tenderline.airflow_home import prepare, serve

    prepare(Path.cwd())
    os.environ.setdefault("TENDERLINE_LAKE", str(Path(lake_root).absolute()))
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # it calls itself
    subprocess.run(["airflow", "db", "migrate"], check=True)  # noqa: S607
    sys.exit(serve())


@cli.command("stand-in")
@click.option(
    "--port", type=int, default=8640, show_default=True, help="Where to listen on 127.0.0.1."
)
@click.option(
    "--seed", type=int, default=2026, show_default=True, help="Another seed makes other notices."
)
@click.option(
    "--defect", "defects", multiple=True, help="Name of a defect to show; may be repeated."
)
@click.option("--limit", type=int, help="Requests within 120 seconds before a 429.")
def stand_in(port: int, seed: int, defects: tuple[str, ...], limit: int | None) -> None:
    """Serve made-up notices on loopback as Find a Tender would, until interrupted."""
    from tenderline.stand_in import StandIn

    try:
        server = StandIn(seed, port=port, defects=defects, limit=limit)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    with server:
        console.out.print(f"stand-in of Find a Tender at {server.url}", markup=False)
        sys.stdout.flush()
        server.wait()


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
