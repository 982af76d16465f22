import gzip
import json
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import zstandard

from extractors.extract import extract
from extractors.loader import load
from kernel import ConfigError, Lake, Manifest, Window
from tenderline.asked import asked
from tenderline.planning import Wanted
from tenderline.recording import key_of, read_recording, with_next
from tenderline.replay import Replay
from tests.made import release

SOURCE = load("find_a_tender")
DAYS = Path(__file__).parents[2].parent / "shared" / "recordings" / "find_a_tender"
HOST = "https://www.find-tender.service.gov.uk"
ASKED = f"{HOST}/api/1.0/ocdsReleasePackages?updatedFrom=2026-03-01T00:00:00&updatedTo=2026-03-02T00:00:00&limit=100"

needs_days = pytest.mark.skipif(not DAYS.is_dir(), reason="the recorded days are not here")


def record(
    folder: Path,
    name: str,
    releases: list[Any],
    following: str | None = None,
    uri: str = ASKED,
    indent: int | None = 4,
) -> None:
    links = {"links": {"next": following}} if following else {}
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(
        json.dumps({"uri": uri, "releases": releases, **links}, indent=indent)
    )


def ask(url: str) -> tuple[dict[str, Any], Any]:
    with urllib.request.urlopen(url) as answer:
        return json.load(answer), answer.headers


def walk(server: Replay, window: Window) -> list[str]:
    from extractors.windows import first_url

    url: str | None = first_url(SOURCE.at(server.url), window)
    ids = []
    while url:
        package, _ = ask(url)
        ids += [r["id"] for r in package["releases"]]
        url = package.get("links", {}).get("next")
        assert url is None or url.startswith(server.url)
    return ids


@pytest.mark.parametrize("indent", [4, None])
def test_a_chain_is_walked_on_this_server(tmp_path: Path, indent: int | None) -> None:
    record(tmp_path, "page-001", [release(1)], f"{ASKED}&cursor=b==", indent=indent)
    record(tmp_path, "page-002", [release(2)], indent=indent)
    with Replay(tmp_path, SOURCE, port=0) as server:
        (window,) = server.recording.windows(SOURCE)
        assert walk(server, window) == ["000001-2026", "000002-2026"]
        assert server.recording.words == []
    assert window.name == "20260301T000000Z-20260302T000000Z"


def test_parameters_may_come_in_any_order(tmp_path: Path) -> None:
    assert key_of("/a?x=1&y=2%3A3") == key_of("http://h/a?y=2:3&x=1")
    record(tmp_path, "page-001", [release(1)])
    with Replay(tmp_path, SOURCE, port=0) as server:
        package, _ = ask(
            f"{server.url}/api/1.0/ocdsReleasePackages?limit=100&updatedTo=2026-03-02T00:00:00&updatedFrom=2026-03-01T00%3A00%3A00"
        )
    assert len(package["releases"]) == 1


def test_a_link_to_a_page_that_was_not_recorded_is_dropped_with_a_word(tmp_path: Path) -> None:
    record(tmp_path, "page-001", [release(1)], f"{ASKED}&cursor=b")
    with Replay(tmp_path, SOURCE, port=0) as server:
        assert walk(server, server.recording.windows(SOURCE)[0]) == ["000001-2026"]
    assert server.recording.words == [
        "page-001.json: its next link leads to a page that was not recorded: dropped"
    ]


def test_a_link_missing_between_recorded_pages_is_added_with_a_word(tmp_path: Path) -> None:
    record(tmp_path, "page-001", [release(1)])
    record(tmp_path, "page-002", [release(2)])
    with Replay(tmp_path, SOURCE, port=0) as server:
        assert len(walk(server, server.recording.windows(SOURCE)[0])) == 2
    assert "missing" in server.recording.words[0]


def test_several_windows_in_one_folder(tmp_path: Path) -> None:
    other = ASKED.replace("2026-03-02T", "2026-03-03T").replace("2026-03-01T", "2026-03-02T")
    record(tmp_path, "a-001", [release(1)], f"{ASKED}&cursor=b")
    record(tmp_path, "a-002", [release(2)])
    record(tmp_path, "b-001", [release(3)], uri=other)
    with Replay(tmp_path, SOURCE, port=0) as server:
        windows = server.recording.windows(SOURCE)
        assert [len(walk(server, window)) for window in windows] == [2, 1]


def test_page_10_comes_after_page_2(tmp_path: Path) -> None:
    for number in (1, 2, 10):
        record(tmp_path, f"page-{number}", [release(number)], f"{ASKED}&cursor={number}")
    with Replay(tmp_path, SOURCE, port=0) as server:
        ids = walk(server, server.recording.windows(SOURCE)[0])
    assert ids == ["000001-2026", "000002-2026", "000010-2026"]


def test_a_window_recorded_by_a_request_other_than_ours(tmp_path: Path) -> None:
    uri = ASKED.replace("&limit=100", "")
    record(tmp_path, "page-001", [release(1)], f"{uri}&cursor=b", uri=uri)
    record(tmp_path, "page-002", [release(2)], uri=f"{uri}&limit=50")
    with Replay(tmp_path, SOURCE, port=0) as server:
        (window,) = server.recording.windows(SOURCE)
        assert len(walk(server, window)) == 2


def test_pages_whose_request_is_not_known_are_one_chain_of_their_dates(tmp_path: Path) -> None:
    record(tmp_path, "x", [release(1)], uri="")
    record(tmp_path, "y", [release(2)], uri=f"{HOST}/api/1.0/ocdsReleasePackages/000002-2026")
    with Replay(tmp_path, SOURCE, port=0) as server:
        (window,) = server.recording.windows(SOURCE)
        assert window.name == "20260301T010000Z-20260301T020001Z"
        assert len(walk(server, window)) == 2


def test_a_page_that_cannot_be_read_is_served_beside_the_others(tmp_path: Path) -> None:
    record(tmp_path, "x", [release(1)], uri="")
    (tmp_path / "y.json").write_text('{"uri": "https://x/\\q", "releases": [{"n": 1x}]}')
    with Replay(tmp_path, SOURCE, port=0) as server:
        (window,) = server.recording.windows(SOURCE)
    assert window.name == "20260301T010000Z-20260301T010001Z"
    assert len(server.answers) == 2


def test_bodies_stay_as_recorded_but_for_the_link(tmp_path: Path) -> None:
    record(tmp_path, "page-001", [release(1)], f"{ASKED}&cursor=b")
    record(tmp_path, "page-002", [release(2)])
    first, last = read_recording(tmp_path, SOURCE).chains[0]
    changed = with_next(first, "http://127.0.0.1:1/x")
    assert changed.replace(b"http://127.0.0.1:1/x", f"{ASKED}&cursor=b".encode()) == first.body
    assert with_next(last, None) == last.body


def test_recorded_headers_are_repeated_but_not_those_of_the_connection(tmp_path: Path) -> None:
    record(tmp_path, "page-001", [release(1)])
    (tmp_path / "page-001.headers").write_text(
        "HTTP/2 200\nContent-Type: application/json\nX-Kept: yes\nSet-Cookie: a=b\nTransfer-Encoding: chunked\n\n"
    )
    with Replay(tmp_path, SOURCE, port=0) as server:
        _, headers = ask(f"{server.url}/{ASKED.split('/', 3)[3]}")
    assert (headers["X-Kept"], headers["Set-Cookie"], headers["Transfer-Encoding"]) == (
        "yes",
        None,
        None,
    )


def test_a_limit_is_a_429_in_plain_text(tmp_path: Path) -> None:
    record(tmp_path, "page-001", [release(1)])
    url = ASKED.split("/", 3)[3]
    with Replay(tmp_path, SOURCE, port=0, limit=2, retry_after=7) as server:
        for _ in range(2):
            ask(f"{server.url}/{url}")
        with pytest.raises(urllib.error.HTTPError) as caught:
            ask(f"{server.url}/{url}")
    with caught.value as refused:
        assert (refused.code, refused.headers["Retry-After"]) == (429, "7")
        assert b"wait 7 seconds" in refused.read()


def test_what_was_not_recorded_is_a_404_that_says_what_was(tmp_path: Path) -> None:
    record(tmp_path, "page-001", [release(1)])
    with (
        Replay(tmp_path, SOURCE, port=0) as server,
        pytest.raises(urllib.error.HTTPError) as caught,
    ):
        ask(f"{server.url}/api/1.0/ocdsReleasePackages?updatedFrom=1999-01-01T00:00:00")
    with caught.value as missing:
        assert missing.code == 404
        assert "updatedFrom=2026-03-01" in missing.read().decode()


def test_a_folder_without_pages_says_what_it_looked_for(tmp_path: Path) -> None:
    (tmp_path / "record.json").write_text('{"records": []}')
    with pytest.raises(ConfigError, match="page of releases"):
        Replay(tmp_path, SOURCE)
    with pytest.raises(ConfigError, match="no such folder"):
        Replay(tmp_path / "nowhere", SOURCE)


# Releases that stand alone, and sources that are asked otherwise

PCS = load("public_contracts_scotland")


def fetch(source_id: str, folder: Path, lake: Lake) -> list[Manifest]:
    """What `run --replay` extracts of a folder."""
    with ExitStack() as servers:
        planned = Wanted(None, None, folder, None, None).of(load(source_id), servers)
        return [
            extract(planned.source, lake, window, version=planned.version(window))
            for window in planned.windows
        ]


def bodies(lake: Lake, manifest: Manifest) -> list[bytes]:
    unpack = zstandard.ZstdDecompressor().decompress
    return [unpack(lake.load(manifest, artifact)) for artifact in manifest.artifacts]


def lines(folder: Path, name: str, *texts: bytes) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"".join(text + b"\n" for text in texts))


def test_lines_of_releases_are_wrapped_as_their_source_would(tmp_path: Path, lake: Lake) -> None:
    odd = b'{"ocid": "ocds-r6ebe6-1",  "date":"2019-04-16T00:00:00Z", "n": 1e9999}'
    one = b'{"ocid":"ocds-r6ebe6-2","date":"2019-04-25T00:00:00Z","x":12345678901234567890.10}'
    lines(tmp_path / "r", "releases.jsonl", b"\xef\xbb\xbf" + one, odd)
    [manifest] = fetch("sell2wales", tmp_path / "r", lake)
    assert manifest.notes["window"] == "20190331T230000Z-20190430T230000Z"
    first, *others = bodies(lake, manifest)
    assert one in first  # to the byte
    assert [body for body in others if b"releases" in body] == [
        b'{"uri":"","version":"1.1","releases":[' + odd + b"]}"  # no JSON: a page of its own
    ]
    assert manifest.counts.read == 2
    assert manifest.notes["doubts"] == []


def test_every_form_of_a_release_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    lines(folder, "a.json", json.dumps(release(1), indent=2).encode())
    lines(folder, "b.json", json.dumps([release(2), release(3)]).encode())
    record_of = {"ocid": release(4)["ocid"], "releases": [release(4)]}
    lines(folder, "c.json", json.dumps({"records": [record_of]}).encode())
    (folder / "below").mkdir()
    lines(folder / "below", "d.ndjson", json.dumps({"releases": [release(5)]}).encode() * 2)
    record(folder, "page-001", [release(6)], uri="")
    lines(folder, "schema.json", b'{"$schema": "x"}')
    recording = read_recording(folder, SOURCE)
    [chain] = recording.chains
    found = [one["id"] for page in chain for one in json.loads(page.body)["releases"]]
    assert sorted(found) == [f"{n:06}-2026" for n in (1, 2, 3, 4, 5, 5, 6)]
    assert any("schema.json is no page: passed over" in word for word in recording.words)


def test_a_page_of_wrapped_releases_is_never_full(tmp_path: Path) -> None:
    texts = [json.dumps(release(n)).encode() for n in range(1, 251)]
    lines(tmp_path / "r", "all.jsonl", *texts)
    [chain] = read_recording(tmp_path / "r", SOURCE).chains
    counts = [len(json.loads(page.body)["releases"]) for page in chain]
    assert sum(counts) == 250
    assert max(counts) < SOURCE.fetch.page_size


def test_releases_without_dates_stand_under_the_first_day(tmp_path: Path, lake: Lake) -> None:
    lines(tmp_path / "r", "a.json", b'{"ocid": "prod-1", "contracts": [], "tag": ["contract"]}')
    [manifest] = fetch("austender", tmp_path / "r", lake)
    assert manifest.notes["window"].startswith("20130101T000000Z-")
    assert manifest.counts.read == 1


def test_a_window_in_the_path_of_an_address_is_read(tmp_path: Path, lake: Lake) -> None:
    place = "https://api.tenders.gov.au/ocds/findByDates/contractLastModified"
    uri = f"{place}/2026-08-10T00:00:00Z/2026-08-11T00:00:00Z"
    record(tmp_path / "r", "a", [release(1)], f"{uri}?cursor=2", uri=uri)
    record(tmp_path / "r", "b", [release(2)], uri=uri)
    [manifest] = fetch("austender", tmp_path / "r", lake)
    assert manifest.notes["window"] == "20260810T000000Z-20260811T000000Z"
    assert manifest.counts.read == 2


def test_each_choice_has_its_own_chain(tmp_path: Path, lake: Lake) -> None:
    uri = "https://api.publiccontractsscotland.gov.uk/v1/Notices?dateFrom=04-2026&noticeType={}"
    for kind in (2, 101):
        record(tmp_path / "r", f"t{kind}", [release(kind)], uri=uri.format(kind))
    [manifest] = fetch("public_contracts_scotland", tmp_path / "r", lake)
    assert manifest.notes["window"] == "20260331T230000Z-20260430T230000Z"
    assert manifest.counts.read == 2
    assert len(manifest.log) == len(PCS.fetch.each)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2025-01-20T23:00:00", "2025-01-23T23:00:00"),
        ("2025-01-20T23:00:00Z", "2025-01-23T23:00:00Z"),
        ("2025-01-20T23:00:00+00:00", "2025-01-23T23:00:00%2B00:00"),
    ],
)
def test_other_clients_ways_to_write_a_moment_are_read(start: str, end: str) -> None:
    place = "https://www.contractsfinder.service.gov.uk/Published/Notices/OCDS/Search"
    found = asked(load("contracts_finder"), f"{place}?publishedFrom={start}&publishedTo={end}")
    assert found
    assert found.window.name == "20250120T230000Z-20250123T230000Z"
    assert asked(load("contracts_finder"), f"{place}?publishedTo={end}") is None
    assert asked(SOURCE, f"{place}?publishedFrom={start}&publishedTo={end}") is None


def test_a_recording_is_not_asked_for_shorter_windows(tmp_path: Path, lake: Lake) -> None:
    record(tmp_path / "r", "page-001", [release(n) for n in range(1, 101)])
    [manifest] = fetch("find_a_tender", tmp_path / "r", lake)
    assert manifest.notes["doubts"] == ["page 1: no next link on a full page"]
    assert manifest.notes["narrowed"] == 0


def test_files_are_read_in_place_under_the_days_they_tell(tmp_path: Path, lake: Lake) -> None:
    folder = tmp_path / "r"
    lines(folder, "a.json", json.dumps(release(1)).encode())
    with gzip.open(folder / "b.jsonl.gz", "wb") as file:
        file.write(json.dumps(release(2, date="2026-03-09T00:00:00Z")).encode())
    for source_id in ("ocds_files", "ocp_registry"):
        [manifest] = fetch(source_id, folder, lake)
        assert manifest.notes["window"] == "20260301T000000Z-20260310T000000Z"
        assert "-files-" in manifest.version
        assert len(manifest.artifacts) == 2
        assert not manifest.log
    with pytest.raises(ConfigError, match="read from files"):
        Replay(folder, load("ocds_files"))


RECORDED = Path(__file__).parents[2].parent / "shared" / "recordings"


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the recordings are not here")
@pytest.mark.parametrize(
    ("source_id", "folder", "count"),
    [
        ("find_a_tender", "find_a_tender", 459 + 496 + 10),
        ("contracts_finder", "contracts_finder", 105),
        ("public_contracts_scotland", "public_contracts_scotland", 45),
        ("sell2wales", "sell2wales", 45),
        ("austender", "austender", 1),
        ("nsw_etendering", "nsw_etendering", 11),
        ("ocds_files", "world/ukraine", 22),
    ],
)
def test_a_recording_of_each_source_is_read_whole(
    source_id: str, folder: str, count: int, lake: Lake
) -> None:
    manifests = fetch(source_id, RECORDED / folder, lake)
    assert sum(manifest.counts.read for manifest in manifests) == count
    again = fetch(source_id, RECORDED / folder, lake)
    assert [manifest.folder for manifest in again] == [manifest.folder for manifest in manifests]


@needs_days
@pytest.mark.parametrize(("day", "count"), [("2026-08-10", 459), ("2026-08-11", 496)])
def test_a_recorded_day_is_walked_whole(day: str, count: int) -> None:
    with Replay(DAYS / day, SOURCE, port=0) as server:
        (window,) = server.recording.windows(SOURCE)
        url: str | None = None
        from extractors.paging import next_link
        from extractors.session import Session
        from extractors.windows import first_url

        source = SOURCE.at(server.url)
        url = first_url(source, window)
        pages = list(next_link(Session(source), url))
    assert sum(page.releases or 0 for page in pages) == count
    assert not any(page.doubts for page in pages)
