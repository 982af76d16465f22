import json
from pathlib import Path
from typing import Any

import pytest

from kernel import Lake, LakeCorrupt, Manifest
from tests.made import CHECK, SOURCE, award_release, commit_raw, converted, package, release
from transforms.convert import FINDINGS, REJECTS, RELEASES, convert, head_of
from transforms.lines import unpack


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def lines(lake: Lake, manifest: Manifest, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in unpack(lake.load(manifest, manifest.artifact(name)))]


def counts(manifest: Manifest) -> tuple[int, int, int]:
    return manifest.counts.read, manifest.counts.written, manifest.counts.rejected


def test_every_release_becomes_a_line_that_says_where_it_stood(lake: Lake) -> None:
    done = converted(lake, package(release(1), release(2)), package(release(3)))
    found = lines(lake, done, RELEASES)
    assert counts(done) == (3, 3, 0)
    assert [(line["page"], line["index"], line["ocid"][-1]) for line in found] == [
        (1, 0, "1"),
        (1, 1, "2"),
        (2, 0, "3"),
    ]
    assert all(line["conforms"] and not line["derived_id"] for line in found)


def test_the_head_of_a_line_is_read_without_its_release(lake: Lake) -> None:
    odd = release(1, ocid='ocds-h6vhtk-","release":{"x":1}')
    done = converted(lake, package(odd))
    line = next(unpack(lake.load(done, done.artifact(RELEASES))))
    assert head_of(line) == {k: v for k, v in json.loads(line).items() if k != "release"}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("a string", "not_an_object"),
        (None, "not_an_object"),
        ([], "not_an_object"),
        (release(1, ocid=None), "no_ocid"),
        (release(1, ocid=" "), "no_ocid"),
        (release(1, ocid=5), "no_ocid"),
        (release(1, date=None), "no_date"),
        (release(1, date="31/02/2026"), "no_date"),
        (release(1, id={"a": 1}), "bad_id"),
        (release(1, awards={"id": "1"}), "structure.type"),
        (release(1, awards=["1"]), "structure.type"),
        (release(1, parties="x"), "structure.type"),
        (release(1, tender=["x"]), "structure.type"),
    ],
)
def test_what_cannot_be_used_is_quarantined_with_its_reason(
    lake: Lake, bad: Any, reason: str
) -> None:
    done = converted(lake, package(release(2), bad, release(3)))
    (reject,) = lines(lake, done, REJECTS)
    assert counts(done) == (3, 2, 1)
    assert (reject["reason"], reject["index"], reject["raw"]) == (reason, 1, bad)
    assert reject["message"]


@pytest.mark.parametrize(
    "odd",
    [
        {"tender": {"id": "1", "status": "unheard-of"}},
        {"tender": {"id": "1", "value": {"amount": "12"}}},
        {"tender": {"id": "1", "documents": [5, {"id": "1", "url": "www.example.org"}]}},
        {"parties": [{"id": 5, "address": "1 High Street", "roles": "buyer"}]},
        {"date": "2026-03-01"},
        {"tag": ["unheard-of"]},
        {"tag": None},
    ],
)  # fmt: skip
def test_what_breaks_the_standard_but_can_be_used_is_kept_with_findings(
    lake: Lake, odd: dict[str, Any]
) -> None:
    done = converted(lake, package(release(1, **odd)))
    assert counts(done) == (1, 1, 0)
    assert [line["conforms"] for line in lines(lake, done, RELEASES)] == [False]
    assert {finding["severity"] for finding in lines(lake, done, FINDINGS)} == {"error"}
    assert done.notes["kinds"]["nonconforming"] == 1


def test_an_empty_list_in_place_of_an_object_loses_nothing_and_is_kept(lake: Lake) -> None:
    assert counts(converted(lake, package(release(1, buyer=[], planning=[])))) == (1, 1, 0)


@pytest.mark.parametrize("missing", [None, "", "absent"])
def test_a_release_without_id_gets_a_stable_one(
    lake: Lake, tmp_path: Path, missing: str | None
) -> None:
    body = release(1, id=missing)
    if missing == "absent":
        del body["id"]
    done = converted(lake, package(body))
    again = converted(Lake(tmp_path / "other"), package(release(9), body))
    (line,), line2 = (
        lines(lake, done, RELEASES),
        lines(Lake(tmp_path / "other"), again, RELEASES)[1],
    )
    assert line["derived_id"]
    assert line["release"]["id"] == line2["release"]["id"]
    assert line["release"]["id"].startswith(line["ocid"])


def test_repairs_are_logged_with_release_and_path(lake: Lake) -> None:
    body = package(release(1), release(2, tender={"id": "1", "maximum": 77})).replace(
        b"77", b"1e9999"
    )
    done = converted(lake, body)
    (finding,) = lines(lake, done, FINDINGS)
    assert (finding["rule"], finding["path"], finding["id"]) == (
        "repaired_infinite_numbers",
        "/tender/maximum",
        "000002-2026",
    )
    assert done.notes["kinds"]["repaired_infinite_numbers"] == 1
    assert "maximum" not in lines(lake, done, RELEASES)[1]["release"]["tender"]


@pytest.mark.parametrize(
    "body",
    [b'{"releases":[{"a":tru}]}', b"<html></html>", b'{"releases":5}', b"[]", b"", b"\xff\xfe{"],
)
def test_a_body_that_cannot_be_read_is_quarantined_whole(lake: Lake, body: bytes) -> None:
    done = converted(lake, package(release(1)), body, package(release(2)))
    (reject,) = lines(lake, done, REJECTS)
    assert (reject["reason"], reject["page"], reject["index"]) == ("unreadable_page", 2, None)
    assert counts(done) == (3, 2, 1)
    assert done.notes["doubts"] == ["page 2: it cannot be read and is quarantined whole"]


def test_a_release_nested_too_deep_is_quarantined(lake: Lake) -> None:
    deep = json.loads("[" * 400 + "]" * 400)
    done = converted(lake, package(release(1, tender={"id": "1", "x": deep}), release(2)))
    assert counts(done) == (2, 1, 1)
    assert lines(lake, done, REJECTS)[0]["reason"] == "too_deep"


def test_a_wrong_prefix_is_noted_and_published(lake: Lake) -> None:
    done = converted(lake, package(release(1, ocid="ocds-other1-1")))
    assert [finding["severity"] for finding in lines(lake, done, FINDINGS)] == ["info"]
    assert [line["conforms"] for line in lines(lake, done, RELEASES)] == [True]


def test_long_amounts_keep_their_digits(lake: Lake) -> None:
    body = package(award_release(1, amount=77)).replace(b"77", b"1234567890123456.78")
    done = converted(lake, body)
    line = next(unpack(lake.load(done, done.artifact(RELEASES))))
    assert b'"amount":1234567890123456.78' in line


def test_the_same_pages_give_the_same_bytes_and_are_not_done_twice(
    lake: Lake, tmp_path: Path
) -> None:
    bodies = package(release(1), "bad"), package(release(2, id=None))
    done = converted(lake, *bodies)
    assert converted(Lake(tmp_path / "b"), *bodies).artifacts == done.artifacts
    before = lake.changes
    assert converted(lake, *bodies) == done
    assert lake.changes == before


def test_extensions_that_packages_declare_are_carried_on(lake: Lake) -> None:
    done = converted(
        lake, package(extensions=["b", "a", 5]), package(extensions="c"), package(extensions=None)
    )
    assert done.notes["extensions"] == ["5", "a", "b", "c"]


def test_a_raw_page_that_was_altered_is_refused(lake: Lake, tmp_path: Path) -> None:
    raw = commit_raw(lake, package(release(1)))
    page = tmp_path / raw.folder / raw.artifacts[0].path
    page.write_bytes(page.read_bytes()[:-1] + b"x")
    with pytest.raises(LakeCorrupt, match="page-00001"):
        convert(SOURCE, lake, raw, check=CHECK)
