import gzip
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import zstandard

from extractors.loader import load
from kernel import Lake
from kernel.source import Exclude
from tests.kept import (
    ANY,
    filed,
    fingerprint,
    gzipped,
    kept,
    lines,
    releases,
    rules,
    tarred,
    zipped,
)
from tests.made import package, release
from transforms.convert import FINDINGS, REJECTS, RELEASES

ROOT = Path(__file__).parents[2]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def text(value: Any) -> bytes:
    return json.dumps(value).encode()


def record(number: int, **body: Any) -> dict[str, Any]:
    return {"ocid": f"ocds-h6vhtk-{number:06x}", **body}


LINK = {"url": "https://example.org/1", "date": "2026-03-01T00:00:00Z", "tag": ["tender"]}
ONE, TWO = release(1), release(2)
BOTH = [ONE, TWO]
WHOLE = package(ONE, TWO)
FORMS = {
    "release package": WHOLE,
    "record package": text({"version": "1.1", "records": [record(1, releases=[ONE]), record(2, releases=[TWO])]}),
    "array of releases": text(BOTH),
    "array of packages": b"[" + package(ONE) + b"," + package(TWO) + b"]",
    "array of records": text([record(1, releases=[ONE], compiledRelease={}), record(2, releases=[TWO])]),
    "records a line": text(record(1, releases=[ONE])) + b"\n" + text(record(2, releases=[TWO])),
    "releases a line": text(ONE) + b"\n" + text(TWO) + b"\n",
    "packages a line": package(ONE) + b"\n" + package(TWO),
    "documents one after the other": json.dumps(ONE, indent=2).encode() + package(TWO),
    "byte order mark": b"\xef\xbb\xbf" + WHOLE,
    "gzip": gzipped(WHOLE),
    "zstd": zstandard.compress(text(ONE) + b"\n" + text(TWO)),
    "zip": zipped(a__json=text(ONE), b__jsonl=text(TWO)),
    "tar": tarred("w", a__json=text(ONE), b__json=text(TWO)),
    "tar.gz": tarred("w:gz", a__json=package(ONE), b=package(TWO)),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_releases(lake: Lake, form: str) -> None:
    made = filed(lake, FORMS[form])
    assert releases(lake, made) == BOTH
    assert [line["index"] for line in lines(lake, made, RELEASES)] == [0, 1]
    assert made.notes["doubts"] == []
    assert set(rules(lake, made)) <= {"ocid_prefix"}


def test_a_release_or_record_that_stands_alone(lake: Lake) -> None:
    made = filed(lake, text(ONE), text(record(2, releases=[TWO])))
    assert releases(lake, made) == BOTH
    assert [line["page"] for line in lines(lake, made, RELEASES)] == [1, 2]


def test_a_record_that_only_links_gives_its_compiled_release(lake: Lake) -> None:
    compiled = {k: v for k, v in release(1, tag=["compiled"]).items() if k != "ocid"}
    made = filed(lake, text({"records": [record(1, releases=[LINK], compiledRelease=compiled)]}))
    assert releases(lake, made) == [release(1, tag=["compiled"])]
    assert made.notes["kinds"]["compiled_release"] == 1
    assert "linked releases" in lines(lake, made, FINDINGS)[0]["message"]


def test_a_record_that_embeds_some_and_links_to_others(lake: Lake) -> None:
    made = filed(lake, text(record(1, releases=[LINK, ONE], compiledRelease=TWO)))
    assert releases(lake, made) == [ONE]
    assert made.notes["kinds"]["linked_releases"] == 1


@pytest.mark.parametrize(
    "link", ["https://example.org", {"uri": "https://example.org", "id": "1"}, {}]
)
def test_links_of_other_shapes_are_links(lake: Lake, link: Any) -> None:
    made = filed(lake, text(record(1, releases=[link], compiledRelease=ONE)))
    assert releases(lake, made) == [ONE]


def test_a_release_of_a_record_is_of_its_process(lake: Lake) -> None:
    nameless = {key: value for key, value in ONE.items() if key != "ocid"}
    made = filed(lake, text(record(1, releases=[nameless])))
    assert releases(lake, made) == [ONE]
    assert made.notes["kinds"]["ocid_of_record"] == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"records": [record(1, releases=[LINK])]}, "record_without_release"),
        ({"records": [record(1)]}, "record_without_release"),
        ({"records": [record(1, versionedRelease={})]}, "record_without_release"),
        ({"records": ["x"]}, "not_an_object"),
        ({"releases": ["x"]}, "not_an_object"),
        ({"error": "none"}, "unknown_form"),
        ([5], "unknown_form"),
        ([[ONE]], "unknown_form"),
        ({"tag": ["tender"], "date": "2026-03-01T00:00:00Z"}, "no_ocid"),
    ],
)
def test_what_holds_no_release_is_rejected_with_its_reason(
    lake: Lake, body: Any, reason: str
) -> None:
    made = filed(lake, text(body), text(ONE))
    assert (made.counts.read, made.counts.written, made.counts.rejected) == (2, 1, 1)
    assert lines(lake, made, REJECTS)[0]["reason"] == reason
    assert lines(lake, made, REJECTS)[0]["message"]


def test_a_broken_line_costs_only_itself_and_is_doubted(lake: Lake) -> None:
    made = filed(lake, b"\n".join([text(ONE), text(ONE)[:40], b"noise", text(TWO)]))
    assert releases(lake, made) == BOTH
    assert [line["reason"] for line in lines(lake, made, REJECTS)] == ["unreadable_document"] * 2
    assert [line["index"] for line in lines(lake, made, REJECTS)] == [1, 2]
    doubt, more = made.notes["doubts"]
    assert doubt.startswith("page 1: unreadable_document")
    assert more == "page 1: and 1 more parts of it cannot be read"


def test_repairs_are_made_in_every_form_and_told_where(lake: Lake) -> None:
    source = replace(ANY, repairs=("infinite_numbers",))
    body = text(
        {"records": [record(1, releases=[ONE, release(1, id="b", tender={"id": "1", "x": 77})])]}
    )
    made = filed(lake, body.replace(b"77", b"1e9999"), text(TWO), source=source)
    assert made.counts.written == 3
    found = next(f for f in lines(lake, made, FINDINGS) if f["rule"] == "repaired_infinite_numbers")
    assert (found["path"], found["id"], found["index"]) == ("/tender/x", "b", 1)


@pytest.mark.parametrize(
    ("data", "reason", "written"),
    [
        (b"", "empty", 0),
        (b"<html>\n<body></body>", "unreadable_document", 0),
        (gzipped(text(ONE) + b"\n" + text(TWO) * 9999)[:-8], "damaged_archive", 1),
        (gzipped(gzipped(WHOLE)), "nested_archive", 0),
        (zipped(a__json=text(ONE), b__gz=gzipped(WHOLE)), "nested_archive", 1),
        (zipped(a__json=text(ONE), b__json=b""), "empty", 1),
        (gzip.compress(text(ONE) + b"\n" + b" " * 30_000_000), "archive_bomb", 1),
        (b"7z\xbc\xaf\x27\x1c", "refused_archive", 0),
        (text(ONE).decode().encode("utf-32"), "unreadable_document", 0),
    ],
)
def test_what_cannot_be_read_is_one_reject_and_a_doubt(
    lake: Lake, data: bytes, reason: str, written: int
) -> None:
    made = filed(lake, data)
    found = [line["reason"] for line in lines(lake, made, REJECTS)]
    assert reason in found
    assert (made.counts.written >= written, made.counts.rejected) == (True, len(found))
    assert reason in made.notes["doubts"][0] or found[0] in made.notes["doubts"][0]


def test_members_are_named_and_those_of_no_json_passed_over(lake: Lake) -> None:
    members = {"README__txt": b"hello", "__DS_Store": b"\x00\x01", "a__json": text(ONE)}
    others = {"b__json": text("x"), "c__txt": text(TWO), "d": b"<html>", "e__json": b"<html>"}
    made = filed(lake, zipped(**members, **others))
    assert [line["member"] for line in lines(lake, made, RELEASES)] == ["a.json", "c.txt"]
    assert [line["member"] for line in lines(lake, made, REJECTS)] == ["b.json", "d", "e.json"]
    assert made.notes["kinds"]["passed_over"] == 2


def test_names_that_are_no_text_and_values_nested_deep_stop_nothing(lake: Lake) -> None:
    archive = tarred("w", a__json=text(ONE)).replace(b"a.json", b"\xff.json")
    header = bytearray(archive[:512])
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\x00 " % sum(header)  # the sum of its bytes: POSIX.1, pax
    deep = b"[" * 900 + b"]" * 900
    made = filed(lake, bytes(header) + archive[512:], deep, b'{"records":[' + deep + b"]}")
    assert made.counts.written == 1
    assert rules(lake, made) == ["unknown_form", "not_an_object"]
    assert lines(lake, made, RELEASES)[0]["member"] == "?.json"


@pytest.mark.parametrize("name", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read_with_a_finding(lake: Lake, name: str) -> None:
    body = release(1, tender={"id": "1", "title": "£ 😀"})
    made = filed(lake, json.dumps(body, ensure_ascii=False).encode(name))
    assert releases(lake, made) == [body]
    assert rules(lake, made)[0] == "utf16"


def test_one_value_may_not_be_larger_than_the_cap(lake: Lake) -> None:
    source = replace(ANY, fetch=replace(ANY.fetch, max_bytes=1 << 20))
    large = text(release(3, tender={"id": "1", "description": "x" * (3 << 20)}))
    made = filed(lake, b"\n".join([text(ONE), large, text(TWO)]), source=source)
    assert releases(lake, made) == BOTH
    assert [line["reason"] for line in lines(lake, made, REJECTS)] == ["too_large"]


SCOTLAND = load("public_contracts_scotland")
ENVELOPE = {"uri": "https://example.org", "publisher": {"name": "x"}, "version": "1.1"}


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_package_without_releases_is_empty_where_the_source_says_so(
    lake: Lake, mark: bytes
) -> None:
    made = kept(lake, SCOTLAND, mark + text(ENVELOPE))
    assert (made.counts.read, made.notes["doubts"]) == (0, [])


@pytest.mark.parametrize(
    "body", [{"Message": "An error has occurred."}, {**ENVELOPE, "releases": 5}]
)
def test_another_object_is_no_empty_package(lake: Lake, body: Any) -> None:
    made = kept(lake, SCOTLAND, text(body))
    assert rules(lake, made) == ["unreadable_page"]


def test_the_answer_that_stands_for_an_empty_window(lake: Lake) -> None:
    source = load("austender")
    answer = {"errorCode": 100, "message": "No Records found for Date Range ['a'-'b']"}
    assert kept(lake, source, text(answer)).counts.read == 0
    assert kept(lake, source, text({"errorCode": 7}), version="v2").counts.rejected == 1


@pytest.mark.parametrize("where", ["buyer/name", "parties/name", "tender/title"])
def test_releases_are_left_out_by_a_written_rule(lake: Lake, where: str) -> None:
    source = replace(
        ANY, exclude=(Exclude(path=where, equals="Vendor Limited", reason="vendor_test_notice"),)
    )
    named = {"buyer": {"name": "Vendor Limited"}, "parties": [{"id": "1", "name": "Vendor Limited"}],
             "tender": {"id": "1", "title": "Vendor Limited"}}  # fmt: skip
    made = filed(lake, text([ONE, release(3, **named), TWO, 5]), source=source)
    (left_out, _) = lines(lake, made, REJECTS)
    assert releases(lake, made) == BOTH
    assert (left_out["reason"], left_out["path"], left_out["index"]) == (
        "vendor_test_notice",
        f"/{where}",
        1,
    )
    assert made.notes["kinds"]["rejected_vendor_test_notice"] == 1


def test_the_same_files_give_the_same_bytes(lake: Lake, tmp_path: Path) -> None:
    files = [*FORMS.values(), b"", text({"error": 1})]
    other = Lake(tmp_path / "other")
    assert fingerprint(filed(lake, *files)) == fingerprint(filed(other, *files))


@pytest.mark.heavy
def test_memory_does_not_follow_the_file(tmp_path: Path) -> None:
    """Forty megabytes of packed releases, which are two hundred of text."""
    code = """
import sys
from kernel import Lake
from tests.kept import ANY, keep
from tests.memory import peak
from transforms.convert import convert
lake = Lake(sys.argv[1])
raw = keep(lake, ANY, ("file-00001", open(sys.argv[2], "rb").read()))
before = peak()
done = convert(ANY, lake, raw, check=lambda release, extensions: [])
after = peak()
assert done.counts.written == 60_000, done.counts
print(after - before)
"""
    path = tmp_path / "big.jsonl.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for number in range(60_000):
            noise = [{"id": str(n), "title": f"{number * 31 + n:x} of the lots"} for n in range(60)]
            file.write(text(release(number, tender={"id": "1", "lots": noise})) + b"\n")
    run = subprocess.run([sys.executable, "-c", code, str(tmp_path / "lake"), str(path)],
                         cwd=ROOT, capture_output=True, text=True, check=True)  # fmt: skip
    assert int(run.stdout) < 150
