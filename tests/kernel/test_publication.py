"""The name of an edition: the last day covered, and a hash of all that decides its content."""

import random
import re
from dataclasses import asdict, fields, replace

import pytest

from kernel import Artifact, ConfigError, Counts, Keep, Manifest, Publication
from kernel import publication as module
from kernel.facts import read_facts
from kernel.manifest import digest

PUBLICATION = Publication(
    id="some",
    title="Some notices",
    description="Notices of some bodies.",
    sources=("a", "b"),
    publisher="somebody",
    licence="CC0-1.0",
    licence_url="https://example.org/cc0",
    uri="https://example.org/some",
)


def records(source, end="20260811T000000Z", content=b"one"):
    return Manifest(
        folder=f"records/{source}/1",
        stage="compile",
        subject=source,
        version="1",
        code="2026.1.0",
        counts=Counts(1, 1),
        artifacts=(Artifact("2026-08.jsonl.zst", 9, 1, digest(content), "x"),),
        notes={"span": f"20260801T000000Z-{end}", "generation": 1},
    )


INPUTS = [records("a"), records("b", "20260810T180000Z")]


def test_the_name_is_the_last_day_covered_and_a_hash():
    assert re.fullmatch(r"2026-08-10-[0-9a-f]{8}", PUBLICATION.edition(INPUTS))


@pytest.mark.parametrize(
    ("end", "day"),
    [
        ("20260811T000000Z", "2026-08-10"),  # an end is the moment after the last
        ("20260811T000001Z", "2026-08-11"),
        ("20260810T060000Z", "2026-08-10"),
        ("20270101T000000Z", "2026-12-31"),
    ],
)
def test_the_day_is_that_of_the_last_moment_covered(end, day):
    assert PUBLICATION.edition([records("a", end)]).startswith(f"{day}-")


def test_the_same_content_has_the_same_name():
    name = PUBLICATION.edition(INPUTS)
    for _ in range(5):
        shuffled = random.sample(INPUTS, len(INPUTS))
        assert replace(PUBLICATION).edition(shuffled) == name


def test_how_the_records_were_come_by_does_not_matter():
    retold = [replace(manifest, log=({"url": "u"},), inputs={"x": "y"}) for manifest in INPUTS]
    assert PUBLICATION.edition(retold) == PUBLICATION.edition(INPUTS)


def test_other_records_have_another_name():
    name = PUBLICATION.edition(INPUTS)
    others = [INPUTS[:1], [records("a", content=b"two"), INPUTS[1]], [records("a"), records("c")]]
    assert name not in [PUBLICATION.edition(other) for other in others]


FACTS = [field.name for field in fields(Publication) if field.name != "keep"]


@pytest.mark.parametrize("field", FACTS)
def test_other_facts_have_another_name(field):
    changed = replace(PUBLICATION, **{field: ("a",) if field == "sources" else "another"})
    assert changed.edition(INPUTS) != PUBLICATION.edition(INPUTS)


def test_what_is_kept_is_no_content():
    kept = replace(PUBLICATION, keep=Keep(last=3, cited=("2026-08-10-00000000",)))
    assert kept.edition(INPUTS) == PUBLICATION.edition(INPUTS)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("last = 0", "`last` is 1 or more"),
        ("months = -1", "`months` is 0 or more"),
        ("last = '3'", "keep.last"),
        ("years = 2", "unknown key keep.years"),
        ("cited = 'x'", "keep.cited"),
    ],
)
def test_what_is_kept_is_read_strictly(tmp_path, told, said):
    facts = "".join(
        f"{name} = {value!r}\n"
        for name, value in asdict(PUBLICATION).items()
        if isinstance(value, str) and name != "id"
    )
    path = tmp_path / "some.toml"
    path.write_text(f"{facts}sources = ['a', 'b']\n[keep]\nlast = 7\n")
    assert read_facts(path, Publication, id="some") == replace(PUBLICATION, keep=Keep(last=7))
    path.write_text(f"{facts}sources = ['a', 'b']\n[keep]\n{told}\n")
    with pytest.raises(ConfigError, match=re.escape(said)):
        read_facts(path, Publication, id="some")


def test_another_code_version_has_another_name(monkeypatch):
    name = PUBLICATION.edition(INPUTS)
    monkeypatch.setattr(module, "__version__", "2999.1.0")
    assert PUBLICATION.edition(INPUTS) != name
