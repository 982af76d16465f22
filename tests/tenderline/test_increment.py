"""What is published after many small runs is what one run over all windows publishes."""

from pathlib import Path

import pytest

from kernel import Lake, Manifest
from publish.pointer import latest_edition
from publish.verify import verify
from tenderline.stand_in import StandIn
from tests.forks import Forks

UNTIL = ("2026-03-03T12:00", "2026-03-03T18:00", "2026-03-04T12:00")


def edition(forks: Forks, url: str, root: Path, *until: str) -> Manifest:
    """The last edition of runs up to each of the moments."""
    for moment in until:
        ended = forks.run("run", "find_a_tender", "--at", url, "--lake", root,
                          "--from", "2026-03-03T06:00", "--to", moment)  # fmt: skip
        assert ended.code == 0, ended.said
    latest = latest_edition(Lake(root), "find_a_tender")
    assert latest is not None
    return latest


@pytest.mark.heavy
def test_an_edition_by_increments_is_the_edition_made_at_once(tmp_path: Path) -> None:
    with StandIn(per_day=60) as server, Forks() as forks:
        at_once = edition(forks, server.url, tmp_path / "once", UNTIL[-1])
        stepwise = edition(forks, server.url, tmp_path / "steps", *UNTIL)
    steps = Lake(tmp_path / "steps")
    verify(steps, stepwise.folder)
    assert stepwise.version == at_once.version
    for stage in ("tables", "records"):
        made = [lake.manifest(lake.folders(stage)[-1]) for lake in (Lake(tmp_path / "once"), steps)]
        assert made[0].id == made[1].id
    data = {a.path: a.sha256 for a in at_once.artifacts if a.path.startswith(("json", "parquet"))}
    assert len(data) > 10
    assert {a.path: a.sha256 for a in stepwise.artifacts if a.path in data} == data
