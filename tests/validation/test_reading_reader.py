"""Whole files: every form, the same findings however releases are held, and nothing that breaks it."""

import functools
import gzip
import json
import os
import re
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.made import award_release, release
from validation.checks.catalogue import CHECKS
from validation.reading import documents, entries, reader, streams
from validation.reading.outcome import Report
from validation.reading.reader import inspect
from validation.reading.streams import Unreadable

SHARED = Path(__file__).parents[2].parent / "shared"
FOLDERS = [SHARED / "bad-inputs", SHARED / "recordings" / "world"]
RECORDED = sorted(file for folder in FOLDERS for file in folder.rglob("*") if file.is_file())
TRAP = SHARED / "recordings" / "find_a_tender" / "2026-08-10" / "page-003.json"
KEYS = [
    "document",
    "path",
    "place",
    "check",
    "version",
    "severity",
    "ocid",
    "id",
    "value",
    "message",
]
Row = dict[str, Any]


class Rows:
    """Takes failures."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.resets = 0

    def write(self, rows: list[bytes]) -> None:
        self.rows += map(orjson.loads, rows)

    def reset(self) -> None:
        self.rows.clear()
        self.resets += 1


Judged = tuple[Report, list[Row], int]
Judge = Callable[..., Judged]


@pytest.fixture
def judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Judge a file with the given content; with a small `chunk`, everything comes in pieces."""

    def judged(body: bytes, jobs: int = 1, chunk: int = 0, checks: Any = CHECKS) -> Judged:
        file = tmp_path / "file"
        file.write_bytes(body)
        with monkeypatch.context() as patched:
            if chunk:
                patched.setattr(reader, "read", functools.partial(documents.read, chunk=chunk))
                patched.setattr(streams, "BLOCK", chunk)
                patched.setattr(entries, "SHORT", 0)
            sink = Rows()
            report = inspect(str(file), checks, sink, jobs=jobs)
        assert all(list(row) == KEYS for row in sink.rows)
        assert report.failures == len(sink.rows) == sum(e.count for e in report.groups.values())
        assert set(report.groups) == {(r["check"], r["severity"], r["place"]) for r in sink.rows}
        return report, sink.rows, sink.resets

    return judged


def package(kind: str = "releases", *found: Any, **more: Any) -> bytes:
    return json.dumps({"version": "1.1", **GOOD_PACKAGE, kind: list(found), **more}).encode()


GOOD_PACKAGE = {
    "uri": "https://example.org/package",
    "publishedDate": "2026-03-01T00:00:00Z",
    "publisher": {"name": "Us"},
}
MANY = [award_release(n) for n in range(1, 40)] + [
    release(50, date="yesterday"),
    release(1),
    {"ocid": ""},
]
GOOD = award_release()
LINK = {"url": "https://example.org/1#x", "date": "2026-03-01T00:00:00Z", "tag": ["award"]}
FROM = {"releaseID": "1", "releaseDate": "2026-03-01T00:00:00Z", "releaseTag": ["award"]}
VERSIONED = {
    "ocid": GOOD["ocid"],
    "tag": [{**FROM, "value": ["award"]}],
    "initiationType": [{**FROM, "value": "tender"}],
}
RECORD = {
    "ocid": GOOD["ocid"],
    "releases": [GOOD],
    "compiledRelease": {**GOOD, "tag": ["compiled"]},
    "versionedRelease": VERSIONED,
}
ONE = {"/releases": 1}


@pytest.mark.parametrize("chunk", [0, 10])
@pytest.mark.parametrize(
    ("body", "forms", "releases"),
    [
        (package("releases", GOOD), {"release package": 1}, ONE),
        (package("records", RECORD), {"record package": 1}, {"/records/releases": 1, "/records/compiledRelease": 1}),
        (package("records", {**RECORD, "releases": [LINK]}), {"record package": 1}, {"/records/compiledRelease": 1}),
        (json.dumps(GOOD).encode(), {"release": 1}, {"": 1}),
        (json.dumps(RECORD).encode(), {"record": 1}, {"/releases": 1, "/compiledRelease": 1}),
        (json.dumps({"ocid": GOOD["ocid"], "releases": [GOOD]}).encode(), {"record": 1}, ONE),
        (json.dumps([GOOD, GOOD]).encode(), {"release": 2}, {"": 2}),
        (json.dumps([RECORD]).encode(), {"record": 1}, {"/releases": 1, "/compiledRelease": 1}),
        (b"[" + package("releases", GOOD) + b"," + package("releases", GOOD) + b"]", {"release package": 2}, {"/releases": 2}),
        (package("releases", GOOD) + b"\n" + package("releases", GOOD), {"release package": 2}, {"/releases": 2}),
        (package("releases", GOOD) + package("records", RECORD) + json.dumps(GOOD).encode(),
         {"release package": 1, "record package": 1, "release": 1}, {"": 1, "/releases": 1, "/records/releases": 1, "/records/compiledRelease": 1}),
        (b"\n".join([json.dumps(RECORD).encode()] * 3), {"record": 3}, {"/releases": 3, "/compiledRelease": 3}),
        (json.dumps(json.loads(package("releases", GOOD, GOOD)), indent=4).encode(), {"release package": 1}, {"/releases": 2}),
        (b"\n\n  ".join(json.dumps(one, indent=1).encode() for one in (GOOD, RECORD)), {"release": 1, "record": 1},
         {"": 1, "/releases": 1, "/compiledRelease": 1}),
        (json.dumps({**GOOD_PACKAGE, "extensions": []}).encode(), {"release package": 1}, {}),
        (json.dumps({**GOOD_PACKAGE, "packages": []}).encode(), {"record package": 1}, {}),
        (json.dumps({"releases": None, "records": [RECORD]}).encode(), {"record package": 1}, {"/records/releases": 1, "/records/compiledRelease": 1}),
        (b"5", {"release": 1}, {}),
        (b"[[]]", {"release": 1}, {}),
        (b"[]", {}, {}),
    ],
)  # fmt: skip
def test_forms(judge: Judge, body: bytes, forms: Any, releases: Any, chunk: int) -> None:
    report, _, _ = judge(body, chunk=chunk)
    assert (dict(report.summary.forms), dict(report.summary.releases), report.unreadable) == (
        forms,
        releases,
        "",
    )


@pytest.mark.parametrize("chunk", [0, 10])
@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{}", [("structure.required", "")] * 5),
        (b"5", [("structure.type", "")]),
        (b'[5, null, "x", []]', [("structure.type", "")] * 4),
        (package("releases"), [("structure.minItems", "/releases")]),
        (json.dumps(GOOD_PACKAGE | {"version": "1.1"}).encode(), [("structure.required", "")]),
        (json.dumps(GOOD_PACKAGE | {"version": "1.1", "releases": None}).encode(), [("structure.type", "/releases")]),
        (json.dumps(GOOD_PACKAGE | {"version": "1.1", "releases": {"a": GOOD}}).encode(), [("structure.type", "/releases")]),
        (json.dumps(GOOD_PACKAGE | {"version": "1.1", "releases": "x"}).encode(), [("structure.type", "/releases")]),
        (package("releases", 5, GOOD), [("structure.type", "/releases")]),
        (package("records", 5), [("structure.type", "/records")]),
        (package("records", RECORD, {**RECORD, "releases": [LINK, GOOD]}), [("conformance.repeated_record", "/records"), ("structure.mixed_releases", "/records/releases")]),
        (package("records", RECORD, RECORD), [("conformance.repeated_record", "/records"), ("structure.uniqueItems", "/records")]),
        (package("releases", GOOD, {**GOOD, "language": "en"}), [("conformance.repeated_release", "/releases")]),
        (json.dumps([GOOD, GOOD]).encode(), [("conformance.repeated_release", "")]),
        (json.dumps(GOOD).encode() + b"\n" + json.dumps(GOOD).encode(), [("conformance.repeated_release", "")]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_form(judge: Judge, body: bytes, told: Any, chunk: int) -> None:
    _, rows, _ = judge(body, chunk=chunk)
    assert sorted(
        (r["check"], r["place"]) for r in rows if r["severity"] in ("error", "unusable")
    ) == sorted(told)


def held(release_: Row, path: str) -> str:
    """The path below the release."""
    return re.sub(r"^(/releases)?/\d+|^/releases$", "", path) if release_ else path


def findings(rows: list[Row]) -> Counter[tuple[Any, ...]]:
    """What was said of releases: not where, and nothing of what is around them."""
    return Counter(
        (
            held(r, r["path"]),
            held(r, r["place"]).removeprefix("/releases"),
            r["check"],
            r["severity"],
            r["ocid"],
            r["id"],
            r["value"],
            r["message"],
        )
        for r in rows
        if r["check"] not in AROUND
        and not (
            r["ocid"] is None
            and r["place"] in ("", "/releases")
            and r["check"] == "package.old_version"
        )
    )


AROUND = ("structure.uniqueItems", "package.old_version")


def coverage(report: Report) -> Any:
    """How often each field of a release was there."""
    fields = {c.path.removeprefix("/releases"): c for c in report.summary.fields.values()}
    metadata = {"", "version", *GOOD_PACKAGE}
    return {
        path: tuple(c)[2:5]
        for path, c in sorted(fields.items())
        if c.present and path.partition("/")[2].partition("/")[0] not in metadata
    }


HELD: dict[str, Callable[[list[Any]], bytes]] = {
    "a package": lambda found: package("releases", *found),
    "a compact package": lambda found: orjson.dumps(json.loads(package("releases", *found))),
    "a pretty printed package": lambda found: json.dumps(json.loads(package("releases", *found)), indent=2).encode(),
    "a package with metadata behind": lambda found: orjson.dumps({"releases": found, "version": "1.1", **GOOD_PACKAGE}),
    "lines": lambda found: b"\n".join(map(orjson.dumps, found)) + b"\n",
    "lines with blank ones": lambda found: b"\r\n\r\n".join(map(orjson.dumps, found)),
    "documents": lambda found: b"".join(map(orjson.dumps, found)),
    "pretty printed documents": lambda found: "\n".join(json.dumps(one, indent=2) for one in found).encode(),
    "a list": orjson.dumps,
}  # fmt: skip
PACK: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "zstd": zstandard.compress,
    "two members": lambda body: gzip.compress(body[:999]) + gzip.compress(body[999:]),
}


@pytest.mark.parametrize("form", HELD)
@pytest.mark.parametrize("chunk", [0, 1, 50, 4000])
@pytest.mark.parametrize("jobs", [1, 2])
def test_the_same_releases_have_the_same_findings(
    judge: Judge, form: str, chunk: int, jobs: int
) -> None:
    first, rows, _ = judge(HELD["a package"](MANY))
    report, found, resets = judge(HELD[form](MANY), jobs=jobs, chunk=chunk)
    assert findings(found) == findings(rows)
    assert coverage(report) == coverage(first)
    assert sum(report.summary.releases.values()) == len(MANY)
    results = {
        name: result
        for name, result in report.summary.results.items()
        if not name.startswith("conformance.")
    }
    assert results == {name: first.summary.results[name] for name in results}
    assert len(results) > 50
    if form != "a package with metadata behind":
        assert resets == 0


@pytest.mark.parametrize("form", PACK)
def test_packed_files_have_the_same_findings(judge: Judge, form: str) -> None:
    body = HELD["a package"](MANY)
    assert judge(PACK[form](body))[1] == judge(body)[1]


@pytest.mark.parametrize("form", HELD)
def test_rows_are_in_the_order_of_the_file_and_always_the_same(judge: Judge, form: str) -> None:
    runs = [judge(HELD[form](MANY), jobs=jobs, chunk=700) for jobs in (1, 2, 3, 3)]
    assert all(rows == runs[0][1] for _, rows, _ in runs)
    assert all(report.groups == runs[0][0].groups for report, _, _ in runs)
    entry = [
        (row["document"], int(n[1]))
        if (n := re.match(r"(?:/releases)?/(\d+)", row["path"]))
        else (row["document"], 10**6)
        for row in runs[0][1]
    ]
    assert entry == sorted(entry) or form in ("lines", "documents")
    assert [n for n, _ in entry] == sorted(n for n, _ in entry)


def test_paths_and_documents_name_the_entry(judge: Judge) -> None:
    bad = release(7, date="yesterday")
    for body, chunk, expected in (
        (package("releases", GOOD, bad), 0, (0, "/releases/1/date")),
        (package("releases", GOOD, bad), 9, (0, "/releases/1/date")),
        (json.dumps([GOOD, bad]).encode(), 0, (0, "/1/date")),
        (json.dumps([GOOD, bad]).encode(), 9, (0, "/1/date")),
        (b"\n\n".join(map(orjson.dumps, [GOOD, bad])), 0, (2, "/date")),
        (b"".join(map(orjson.dumps, [GOOD, bad])), 9, (1, "/date")),
        (package("releases", GOOD) + package("releases", GOOD, bad), 9, (1, "/releases/1/date")),
        (
            package("records", {"ocid": "ocds-h6vhtk-000007", "releases": [GOOD, bad]}),
            9,
            (0, "/records/0/releases/1/date"),
        ),
    ):
        _, rows, _ = judge(body, chunk=chunk)
        assert {(r["document"], r["path"]) for r in rows if r["check"] == "structure.format"} == {
            expected
        }


LOTS = "https://raw.githubusercontent.com/open-contracting-extensions/ocds_lots_extension/v1.1.5/extension.json"


@pytest.mark.parametrize("jobs", [1, 2])
def test_extensions_declared_behind_the_releases_count(judge: Judge, jobs: int) -> None:
    found = [release(n, tender={"id": "1", "lots": [{"id": "1", "title": "x"}]}) for n in range(30)]
    before = orjson.dumps(
        {"version": "1.1", "extensions": [LOTS], **GOOD_PACKAGE, "releases": found}
    )
    behind = orjson.dumps(
        {"version": "1.1", **GOOD_PACKAGE, "releases": found, "extensions": [LOTS]}
    )
    first, rows, _ = judge(before)
    assert not list(first.undeclared())
    for body, chunk, resets in (
        (before, 99, 0),
        (behind, 0, 0),
        (behind, 99, 1),
        (behind * 5, 99, 1),
        (behind + before + behind, 99, 1),
    ):
        report, again, read_again = judge(body, chunk=chunk, jobs=jobs)
        assert not list(report.undeclared())
        assert read_again == resets
        if body in (before, behind):
            assert sorted(map(str, again)) == sorted(map(str, rows))


def test_a_large_record_is_no_package(judge: Judge) -> None:
    """Its releases stand where those of a package do; what it is shows behind them."""
    record = {
        "ocid": GOOD["ocid"],
        "releases": [GOOD, release(1, date="x")],
        "compiledRelease": GOOD,
    }
    body = orjson.dumps(record)
    for many in (1, 3):
        report, rows, resets = judge(body * many, chunk=50)
        assert dict(report.summary.forms) == {"record": many}
        assert resets == 1
        assert rows == judge(body * many)[1]


def test_a_guess_that_proves_wrong_is_taken_back(judge: Judge) -> None:
    inner = {"ocid": "x", "relatedProcesses": [{"ocid": n, "id": "1"} for n in range(400)]}
    found = [{"ocid": f"ocds-213czf-{n}", "id": "1"} for n in range(300)] + [inner]
    body = orjson.dumps({"releases": found})
    _, rows, resets = judge(body, chunk=500)
    assert resets == 1
    assert sorted(map(str, rows)) == sorted(map(str, judge(body)[1]))


def test_a_release_that_is_no_json_spoils_no_other(judge: Judge) -> None:
    body = package("releases", *MANY).replace(b'"yesterday"', b"yesterday")
    for chunk in (0, 50, 2000):
        report, rows, _ = judge(body, chunk=chunk)
        assert [(r["path"], r["check"]) for r in rows if r["check"].startswith("wellformed.")] == [
            ("/releases/39", "wellformed.unreadable")
        ]
        assert sum(report.summary.releases.values()) == len(MANY) - 1
        assert not report.conforms


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_package_cut_short_at_any_byte(judge: Judge, jobs: int) -> None:
    body = orjson.dumps(
        {
            **GOOD_PACKAGE,
            "releases": [{"ocid": "a", "id": "1"}, {"ocid": "b", "id": "2"}],
            "version": "1.1",
        }
    )
    for size in range(len(body)):
        report, rows, _ = judge(body[:size], chunk=40, jobs=jobs)
        assert "cut short" in report.unreadable or "empty" in report.unreadable
        assert not report.conforms
        assert not report.sound
        whole = body[:size].count(b'"id":"1"}') + body[:size].count(b'"id":"2"}')
        assert sum(report.summary.releases.values()) == whole
        assert len({r["path"] for r in rows if r["check"] == "structure.required"}) == whole


@pytest.mark.parametrize("data", ["a package", "lines"])
def test_a_packed_file_cut_short(judge: Judge, data: str) -> None:
    body = gzip.compress(HELD[data](MANY), 0)
    report, _, _ = judge(body[:-2000])
    assert report.unreadable == "the gzip file is cut short: fetch it again"
    assert 20 < sum(report.summary.releases.values()) < len(MANY)
    assert not report.conforms


def test_a_missing_bracket_or_one_too_many(judge: Judge) -> None:
    body = package("releases", *MANY[:9])
    for chunk in (0, 300):
        report, _, _ = judge(body.replace(b'"tag": ["award"]', b'"tag": ["award"', 1), chunk=chunk)
        assert (
            "a bracket is missing" in report.unreadable
            or ("wellformed.unreadable", "unusable", "") in report.groups
        )
        assert not report.conforms
        report, _, _ = judge(
            body.replace(b'"tag": ["award"]', b'"tag": ["award"]}', 1), chunk=chunk
        )
        assert not report.conforms


def test_a_byte_order_mark_is_a_warning(judge: Judge) -> None:
    for form in PACK.values():
        report, rows, _ = judge(form(b"\xef\xbb\xbf" + package("releases", GOOD)))
        assert [r["check"] for r in rows if r["severity"] == "warning"] == [
            "wellformed.byte_order_mark"
        ]
        assert report.conforms


def test_files_that_cannot_be_read(judge: Judge, tmp_path: Path) -> None:
    for body, told in (
        (b"", "it is empty: fetch it again"),
        (b" \n ", "it is empty: fetch it again"),
        (gzip.compress(b""), "it is empty: fetch it again"),
        (
            package("releases", GOOD).decode().encode("utf-16"),
            "its text is UTF-16 or UTF-32, or no text at all: save it as UTF-8",
        ),
        (b"<html>", "no JSON stands at byte 1, but '<html>': remove it"),
    ):
        report, rows, _ = judge(body)
        assert (report.unreadable, rows, report.conforms) == (told, [], False)
    with pytest.raises(Unreadable, match="No such file"):
        inspect(str(tmp_path / "missing"), CHECKS, Rows())


def dying(parent: int, how: Callable[[], None]) -> Any:
    """The checks, of which one ends the process that makes it; but not the parent."""

    def run(process: Any, fail: Any) -> bool:
        if os.getpid() != parent and process.release["ocid"].endswith("00001e"):
            how()
        return True

    return run


def test_a_worker_that_is_killed_is_told(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    parent, before = os.getpid(), children()
    run = dying(parent, lambda: os.kill(os.getpid(), signal.SIGKILL))
    checks = (replace(CHECKS[0], run=run), *CHECKS[1:])
    for form in ("a package", "lines"):
        report, rows, _ = judge(HELD[form](MANY), jobs=2, chunk=1000, checks=checks)
        assert (
            report.unreadable
            == "a process that judged a part of it was ended by signal 9, perhaps for want of memory: run it again with --jobs 1"
        )
        assert not report.conforms
        assert children() == before
        assert len(rows) < len(judge(HELD[form](MANY))[1])


def test_a_worker_that_fails_is_told(judge: Judge, capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise MemoryError("no more")

    checks = (replace(CHECKS[0], run=dying(os.getpid(), fail)), *CHECKS[1:])
    report, _, _ = judge(HELD["lines"](MANY), jobs=2, chunk=1000, checks=checks)
    assert "was ended with an error, perhaps for want of memory" in report.unreadable
    assert "MemoryError: no more" in capfd.readouterr().err


def children() -> str:
    """The processes that this one has started and that are left, dead ones included."""
    return Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text()


def test_no_process_is_left(judge: Judge) -> None:
    before = children()
    judge(HELD["lines"](MANY), jobs=3, chunk=1000)
    assert children() == before


@pytest.mark.skipif(not RECORDED, reason="no recordings are here")
@pytest.mark.parametrize("chunk", [0, 5000])
def test_recorded_and_malformed_files_are_judged(judge: Judge, chunk: int) -> None:
    unreadable = []
    for file in RECORDED:
        report, rows, _ = judge(file.read_bytes(), chunk=chunk)
        assert report.unreadable or report.summary.forms or rows, file
        unreadable += [file.name] * bool(report.unreadable)
    assert len(RECORDED) > 200
    assert len(unreadable) < 10, unreadable


@pytest.mark.skipif(not TRAP.is_file(), reason="the recording is not here")
@pytest.mark.parametrize("chunk", [0, 100_000])
def test_a_recorded_number_that_is_none_is_told_of_one_release(judge: Judge, chunk: int) -> None:
    report, rows, _ = judge(TRAP.read_bytes(), chunk=chunk)
    told = [r for r in rows if r["check"].startswith("wellformed.")]
    assert [(r["path"], r["value"]) for r in told] == [
        ("/releases/66/tender/lotDetails/maximumLotsBidPerSupplier", '"1e9999"')
    ]
    assert told[0]["ocid"] == "ocds-h6vhtk-06e00b"
    assert report.summary.releases == {"/releases": 100}


@given(
    st.binary(max_size=300)
    | st.text(st.sampled_from('{}[]",:\\ \n01aeN-'), max_size=60).map(str.encode),
    st.integers(1, 50),
)
@settings(max_examples=400, deadline=None)
def test_any_bytes_are_judged_or_told(body: bytes, chunk: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        file = Path(f"/dev/shm/tenderline-any-{os.getpid()}")
        file.write_bytes(body)
        patched.setattr(reader, "read", functools.partial(documents.read, chunk=chunk))
        sink = Rows()
        try:
            report = inspect(str(file), CHECKS, sink, jobs=1)
        finally:
            file.unlink()
    assert report.unreadable or sink.rows or body.strip().startswith(b"[")
    assert not report.unreadable or not report.conforms
