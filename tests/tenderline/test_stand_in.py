"""How the stand-in of Find a Tender answers: paging, windows, parameters, limits."""

import base64
import datetime as dt
import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tenderline.stand_in import StandIn, day_of_notices

MONDAY = dt.date(2026, 8, 10)
WINDOW = "updatedFrom=2026-08-10T00:00:00&updatedTo=2026-08-11T00:00:00"
PATH = "/api/1.0/ocdsReleasePackages"
PER_DAY = 30  # enough for several pages of ten


def test_paging_returns_every_notice_of_the_window_once() -> None:
    with StandIn(per_day=PER_DAY) as server:
        pages = list(walk(server, f"{WINDOW}&limit=10"))
    expected = day_of_notices(1, MONDAY, PER_DAY)
    assert [r for page in pages for r in page["releases"]] == expected
    assert len(pages) == -(-len(expected) // 10)
    assert "links" not in pages[-1]
    assert server.requests_served == len(pages) == len(server.requests)
    assert list(pages[0]) == [
        *["uri", "version", "extensions", "publishedDate", "publisher", "license"],
        *["publicationPolicy", "releases", "links"],
    ]
    assert pages[0]["publishedDate"] == expected[0]["date"]
    assert len({page["uri"] for page in pages}) == 1


def test_windows_are_half_open_london_wall_clock() -> None:
    times = [str(n["date"])[:19] for n in day_of_notices(1, MONDAY, PER_DAY)]
    edge = times[len(times) // 2]
    with StandIn(per_day=PER_DAY) as server:
        early = get(server, f"updatedFrom=2026-08-10T00:00:00&updatedTo={edge}")["releases"]
        late = get(server, f"updatedFrom={edge}Z&updatedTo=2026-08-11T00:00:00Z")["releases"]
    assert [r["date"][:19] for r in late + early] == times
    assert late[-1]["date"][:19] == edge


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [("2026-03-29", "+00:00", "+01:00"), ("2026-10-25", "+01:00", "+00:00")],
)
def test_clock_changes_belong_to_their_london_day(day: str, before: str, after: str) -> None:
    """A day of 23 or 25 hours begins in one offset and ends in the other."""
    date = dt.date.fromisoformat(day)
    around = [date + dt.timedelta(days=n) for n in (-2, 1)]  # Friday and Monday
    offsets = [{str(n["date"])[19:] for n in day_of_notices(1, d)} for d in around]
    assert offsets == [{before}, {after}]
    tomorrow = date + dt.timedelta(days=1)
    with StandIn() as server:
        page = get(server, f"updatedFrom={day}T00:00:00&updatedTo={tomorrow}T00:00:00")
    assert page["releases"] == day_of_notices(1, date)
    moments = [dt.datetime.fromisoformat(r["date"]) for r in page["releases"]]
    assert moments == sorted(moments, reverse=True)
    assert moments


def test_the_cursor_is_the_documented_one() -> None:
    with StandIn(per_day=PER_DAY) as server:
        following = get(server, f"{WINDOW}&limit=10")["links"]["next"]
        assert following.startswith(f"{server.url}{PATH}?{WINDOW}&limit=10&cursor=")
    inside = base64.b64decode(following.split("cursor=")[1]).decode()
    window = r"updatedFrom=2026-08-10T00:00:00\|updatedTo=2026-08-11T00:00:00"
    assert re.fullmatch(rf"{window}\|nextCursor=\d+", inside)


def test_an_empty_page_has_no_date_and_no_links() -> None:
    with StandIn() as server:
        page = get(server, "updatedFrom=2020-01-01T00:00:00&updatedTo=2020-02-01T00:00:00")
    assert page["releases"] == []
    assert page["publishedDate"] == ""
    assert "links" not in page


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("limit=101", "'limit' must not exceed the maximum value"),
        ("limit=0", "whole number"),
        ("updatedFrom=2026-08-10", "YYYY-MM-DDTHH:MM:SS"),
        ("updatedFrom=2026-08-10T10:00", "YYYY-MM-DDTHH:MM:SS"),
        ("updatedFrom=2026-08-10T00:00:00%2B01:00", "YYYY-MM-DDTHH:MM:SS"),
        ("updatedFrom=2026-02-30T00:00:00", "YYYY-MM-DDTHH:MM:SS"),
        ("updatedFrom=2026-08-10T00:00:00&updatedTo=2026-08-10T00:00:01", "later than"),
        ("stages=contract", "planning, tender, award"),
        ("cursor=not-base64", "'cursor' is not valid"),
        ("cursor=AAAA", "'cursor' is not valid"),
        ("page=2", "limit, updatedFrom, updatedTo, stages, cursor"),
    ],
)
def test_a_wrong_parameter_is_refused(query: str, reason: str) -> None:
    with StandIn() as server:
        status, body, _ = fetch(server, f"{PATH}?{query}")
    assert status == 400
    assert reason in json.loads(body)["error"]


def test_stages_return_older_notices_only() -> None:
    with StandIn() as server:
        found = get(server, f"{WINDOW}&stages=planning&stages=award")["releases"]
        combined = get(server, f"{WINDOW}&stages=planning,award")["releases"]
    assert found
    assert combined == []
    assert {kind(release) for release in found} == {"CELEX"}
    assert {tuple(r["tag"]) for r in found} <= {("planning",), ("award", "contract")}


def test_a_notice_and_a_process_can_be_asked_for_by_name() -> None:
    known = day_of_notices(1, MONDAY, PER_DAY)
    updated = next(n for n in known if any("Update" in t for t in n["tag"]))  # type: ignore[attr-defined]
    with StandIn(per_day=PER_DAY) as server:
        notice = json.loads(fetch(server, f"{PATH}/{updated['id']}")[1])
        process = json.loads(fetch(server, f"{PATH}/{updated['ocid']}")[1])
        path = PATH.replace("Release", "Record")
        record = json.loads(fetch(server, f"{path}/{updated['ocid']}")[1])
        missing = [fetch(server, f"{PATH}/{name}")[0] for name in ("999999-2026", "x", "")]
    assert notice["releases"] == [updated]
    assert updated in process["releases"]
    assert record["records"][0]["ocid"] == updated["ocid"]
    assert record["records"][0]["releases"] == process["releases"][::-1]
    assert missing == [404, 404, 404]


def test_the_rate_limit_answers_in_plain_text() -> None:
    with StandIn(per_day=PER_DAY, limit=2, per_seconds=0.5, retry_after=0.5) as server:
        answers = [fetch(server, f"{PATH}?{WINDOW}") for _ in range(3)]
    assert [status for status, _, _ in answers] == [200, 200, 429]
    _, body, headers = answers[2]
    assert body == b"Rate limit of 2 exceeded. Please retry after 0.5 seconds."
    assert headers["Retry-After"] == "0.5"
    assert headers["Content-Type"] == "text/plain"


def test_the_older_rate_limit_has_no_retry_after() -> None:
    with StandIn(per_day=PER_DAY, limit=0, retry_after=None) as server:
        status, body, headers = fetch(server, PATH)
    assert (status, body) == (429, b"0 request limit in 2 minute exceeded")
    assert "Retry-After" not in headers


def test_waiting_ends_when_the_server_stops() -> None:
    with StandIn(per_day=PER_DAY) as server:
        waiting = threading.Thread(target=server.wait, daemon=True)
        waiting.start()
        waiting.join(0.05)
        assert waiting.is_alive()
    waiting.join(5)
    assert not waiting.is_alive()


def kind(notice: dict[str, Any]) -> str:
    """Read the type from wherever the notice's own document is."""
    found = re.findall(r'"noticeType": "(UK\d+)"', json.dumps(notice))
    return str(found[0]) if found else "CELEX"


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
