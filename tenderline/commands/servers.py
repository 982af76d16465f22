"""Commands that start something: `replay`, `stand-in`, `demo`, `airflow`."""

import os
import sys
from pathlib import Path

import click

from kernel import ConfigError
from tenderline import console
from tenderline.command import lake_option


@click.command()
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


@click.command("stand-in")
@click.option("--source", "source_id", default="find_a_tender", show_default=True)
@click.option(
    "--port", type=int, default=8640, show_default=True, help="Where to listen on 127.0.0.1."
)
@click.option(
    "--seed", type=int, default=2026, show_default=True, help="Another seed makes other notices."
)
@click.option(
    "--defect", "defects", multiple=True, help="Name of a defect to show; may be repeated."
)
@click.option("--limit", type=int, help="Requests within 120 seconds before a refusal.")
def stand_in(
    source_id: str, port: int, seed: int, defects: tuple[str, ...], limit: int | None
) -> None:
    """Serve made-up notices on loopback as a source's system would, until interrupted."""
    from tenderline.stand_in import stand_in as stand_in_of

    kind = stand_in_of(source_id)
    try:
        server = kind(seed, port=port, defects=defects, limit=limit)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    with server:
        console.out.print(f"stand-in of {kind.TITLE} at {server.url}", markup=False)
        sys.stdout.flush()
        server.wait()


@click.command()
@lake_option
def demo(lake_root: str) -> None:
    """Publish two days of made-up notices through Airflow, without a network."""
    from tenderline.demo import demo as run_demo

    run_demo(Path.cwd(), Path(lake_root).absolute())


@click.command()
@lake_option
def airflow(lake_root: str) -> None:
    """Start Airflow with its web UI on this checkout; Ctrl-C ends it."""
    import subprocess

    from tenderline.airflow_home import prepare, serve

    prepare(Path.cwd())
    os.environ.setdefault("TENDERLINE_LAKE", str(Path(lake_root).absolute()))
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # it calls itself
    subprocess.run(["airflow", "db", "migrate"], check=True)  # noqa: S607
    sys.exit(serve())
