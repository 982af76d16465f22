"""How the stand-in of Find a Tender breaks on request: every defect shows on the wire."""

import datetime as dt
import gzip
import http.client
import json
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tenderline.stand_in import DEFECTS, StandIn, day_of_notices

MONDAY = dt.date(2026, 8, 10)
WINDOW = "updatedFrom=2026-08-10T00:00:00&updatedTo=2026-08-11T00:00:00"
PATH = "/api/1.0/ocdsReleasePackages"
PER_DAY = 30  # enough for several pages of ten


def test_an_unknown_defect_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'no_ids'.*burst_503.*truncated_json"):
        StandIn(defects=["no_ids"])


def test_a_defect_may_happen_a_few_times_only() -> None:
    with StandIn(per_day=PER_DAY, defects={"html_200": 2, "forbidden": 0}) as server:
        bodies = [fetch(server, f"{PATH}?{WINDOW}")[1] for _ in range(3)]
    assert [body[:1] for body in bodies] == [b"<", b"<", b"{"]


def test_the_address_is_known_only_while_serving() -> None:
    server = StandIn(per_day=PER_DAY)
    with pytest.raises(RuntimeError, match="with statement"):
        _ = server.url
    with server:
        assert server.url.startswith("http://127.0.0.1:")


# Defects: one check each, under the name of the defect. Every check gets a running server.


def missing_next_link(server: StandIn) -> None:
    page = get(server, f"{WINDOW}&limit=10")
    assert len(page["releases"]) == 10
    assert "links" not in page


def duplicate_across_pages(server: StandIn) -> None:
    bodies = [fetch_next(server, n) for n in range(2)]
    last, first = (json.loads(bodies[0])["releases"][-1], json.loads(bodies[1])["releases"][0])
    assert last == first
    text = json.dumps(last, ensure_ascii=False, separators=(",", ":")).encode()
    assert all(text in body for body in bodies)
    seen = {r["id"] for page in walk(server, f"{WINDOW}&limit=10") for r in page["releases"]}
    assert seen == {n["id"] for n in day_of_notices(1, MONDAY, PER_DAY)}


def no_id(server: StandIn) -> None:
    having = ["id" in release for release in get(server, WINDOW)["releases"]]
    assert True in having
    assert False in having


def infinite_number(server: StandIn) -> None:
    body = fetch(server, f"{PATH}?{WINDOW}")[1]
    assert b'"maximumParticipants":1e9999' in body
    assert b'"maximumLotsBidPerSupplier":1e9999' in body


def spaced_number(server: StandIn) -> None:
    body = fetch(server, f"{PATH}?{WINDOW}")[1]
    assert b'"amount":1 000,' in body
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)


def string_infinite(server: StandIn) -> None:
    assert b'"durationInDays":"1e9999"' in fetch(server, f"{PATH}?{WINDOW}")[1]


def html_200(server: StandIn) -> None:
    status, body, headers = fetch(server, PATH)
    assert status == 200
    assert headers["Content-Type"].startswith("text/html")
    assert body.startswith(b"<!DOCTYPE html>")


def error_200(server: StandIn) -> None:
    status, body, _ = fetch(server, PATH)
    assert (status, list(json.loads(body))) == (200, ["error"])


def truncated_body(server: StandIn) -> None:
    with pytest.raises(http.client.IncompleteRead):
        fetch(server, f"{PATH}?{WINDOW}")


def truncated_json(server: StandIn) -> None:
    _, body, headers = fetch(server, f"{PATH}?{WINDOW}")
    assert len(body) == int(headers["Content-Length"])
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)


def truncated_gzip(server: StandIn) -> None:
    _, body, headers = fetch(server, f"{PATH}?{WINDOW}")
    assert headers["Content-Encoding"] == "gzip"
    assert len(body) == int(headers["Content-Length"])
    with pytest.raises(EOFError):
        gzip.decompress(body)


def repeated_cursor(server: StandIn) -> None:
    second, third = (json.loads(fetch_next(server, n)) for n in (1, 2))
    assert second == third
    assert second["releases"] != json.loads(fetch_next(server, 0))["releases"]


def foreign_next_link(server: StandIn) -> None:
    following = get(server, f"{WINDOW}&limit=10")["links"]["next"]
    assert following.startswith("http://elsewhere.example.org/api/")


def burst_503(server: StandIn) -> None:
    answers = [fetch(server, PATH) for _ in range(4)]
    assert [status for status, _, _ in answers] == [503, 503, 503, 200]
    assert answers[0][2]["Retry-After"] == "120"


def huge_body(server: StandIn) -> None:
    with urllib.request.urlopen(f"{server.url}{PATH}?{WINDOW}", timeout=5) as answer:
        assert answer.headers["Content-Length"] is None
        assert answer.headers["Transfer-Encoding"] == "chunked"
        assert answer.read(20_000_000).startswith(b'{"version":"1.1","releases":[{')


def gzip_bomb(server: StandIn) -> None:
    _, body, headers = fetch(server, f"{PATH}?{WINDOW}")
    assert headers["Content-Encoding"] == "gzip"
    assert len(body) < 2_000_000
    unpacked = zlib.decompressobj(zlib.MAX_WBITS | 16)
    assert len(unpacked.decompress(body, 200_000_000)) == 200_000_000


def slow_drip(server: StandIn) -> None:
    with urllib.request.urlopen(f"{server.url}{PATH}?{WINDOW}", timeout=5) as answer:
        parts = [answer.read1(1000) for _ in range(4)]
    assert max(map(len, parts)) < 4


def empty_page(server: StandIn) -> None:
    page = get(server, f"{WINDOW}&limit=10")
    assert (page["releases"], page["publishedDate"], "links" in page) == ([], "", False)


def forbidden(server: StandIn) -> None:
    assert fetch(server, PATH)[0] == 401


def redirect_elsewhere(server: StandIn) -> None:
    status, _, headers = fetch(server, PATH)
    assert status == 302
    assert headers["Location"].startswith("http://elsewhere.example.org/")


CHECKS: dict[str, Callable[[StandIn], None]] = {name: globals()[name] for name in DEFECTS}


@pytest.mark.parametrize("name", DEFECTS)
def test_every_defect_shows_on_the_wire(name: str) -> None:
    with StandIn(per_day=PER_DAY, defects=[name]) as server:
        CHECKS[name](server)


class _Stay(urllib.request.HTTPRedirectHandler):
    """Report a redirect instead of following it."""

    def redirect_request(self, *_: Any) -> None:
        return None


def fetch(server: StandIn, target: str) -> tuple[int, bytes, Any]:
    try:
        with urllib.request.build_opener(_Stay).open(server.url + target, timeout=5) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read(), refused.headers


def get(server: StandIn, query: str) -> dict[str, Any]:
    status, body, headers = fetch(server, f"{PATH}?{query}")
    assert (status, headers["Content-Type"]) == (200, "application/json")
    package: dict[str, Any] = json.loads(body)
    return package


def walk(server: StandIn, query: str) -> Iterator[dict[str, Any]]:
    """Follow the links, at most a hundred."""
    for _ in range(100):
        page = get(server, query)
        yield page
        if "links" not in page:
            return
        query = page["links"]["next"].split("?", 1)[1]
    pytest.fail("the pages do not end")


def fetch_next(server: StandIn, follow: int) -> bytes:
    """Fetch the page that is so many links away from the first."""
    body = fetch(server, f"{PATH}?{WINDOW}&limit=10")[1]
    for _ in range(follow):
        body = fetch(server, json.loads(body)["links"]["next"].removeprefix(server.url))[1]
    return body
