"""The walk from page to page: to its end, never in circles, never elsewhere, never for ever."""

from collections.abc import Callable

import pytest

from extractors.envelope import read_envelope
from extractors.paging import Page, next_link, single
from extractors.session import Session
from extractors.takers import Unacceptable
from kernel import Refusal, SourceChanged, SourceUnavailable
from tests.made import package, release
from tests.servers import Server

Serve = Callable[[], Server]
SessionAt = Callable[..., Session]
FULL = 3  # releases on a full page, here


def page(count: int, link: object = None, first: int = 1) -> bytes:
    links = {} if link is None else {"links": {"next": link}}
    return package(*(release(first + n) for n in range(count)), **links)


def walk(server: Server, session_at: SessionAt, **fetch: int) -> list[Page]:
    session = session_at(server, page_size=FULL, **fetch)
    return list(next_link(session, f"{server.url}/pages?from=1"))


def doubts(pages: list[Page]) -> list[str]:
    return [doubt for page in pages for doubt in page.doubts]


def test_next_links_are_followed_to_the_end(serve: Serve, session_at: SessionAt) -> None:
    server = serve()
    server.says(page(FULL, f"{server.url}/pages?cursor=2")).says(page(FULL, "?cursor=3", 4))
    pages = walk(server.says(page(1, first=7)), session_at)
    assert server.paths == ["/pages?from=1", "/pages?cursor=2", "/pages?cursor=3"]
    assert [page.number for page in pages] == [1, 2, 3]
    assert [page.releases for page in pages] == [FULL, FULL, 1]
    assert not doubts(pages)


@pytest.mark.parametrize(
    "links", [{"links": None}, {"links": {}}, {"links": []}, {"links": {"next": ""}}, {}]
)
def test_no_next_link_is_the_end(
    serve: Serve, session_at: SessionAt, links: dict[str, object]
) -> None:
    [only] = walk(serve().says(package(release(), **links)), session_at)
    assert only.doubts == ()


def test_an_empty_window_is_one_page_without_doubt(serve: Serve, session_at: SessionAt) -> None:
    [only] = walk(serve().says(page(0)), session_at)
    assert (only.releases, only.doubts) == (0, ())


@pytest.mark.parametrize("links", [["/pages?cursor=2"], "/pages?cursor=2", {"next": 5}])
def test_links_of_another_shape_are_not_taken_for_the_end(
    serve: Serve, session_at: SessionAt, links: object
) -> None:
    server = serve().says(package(release(), links=links))
    with pytest.raises(SourceChanged, match="links"):
        walk(server, session_at)


# Circles and other hosts


def test_a_link_to_its_own_page_is_a_circle(serve: Serve, session_at: SessionAt) -> None:
    server = serve().says(page(FULL, "/pages?from=1"))
    with pytest.raises(SourceChanged, match="circles"):
        walk(server, session_at)
    assert len(server.requests) == 1


def test_a_link_back_to_an_earlier_page_is_a_circle(serve: Serve, session_at: SessionAt) -> None:
    server = serve().says(page(FULL, "?cursor=2")).says(page(FULL, "?cursor=3"))
    server.says(page(FULL, "?cursor=2"))
    with pytest.raises(SourceChanged, match="circles") as caught:
        walk(server, session_at)
    assert caught.value.url == f"{server.url}/pages?cursor=2"
    assert len(server.requests) == 3


def test_no_link_leads_to_another_host(serve: Serve, session_at: SessionAt) -> None:
    other = serve().says(page(1))
    server = serve().says(page(FULL, f"{other.url}/pages?cursor=2"))
    with pytest.raises(SourceChanged, match="leads away"):
        walk(server, session_at)
    assert not other.requests
    assert len(server.requests) == 1


@pytest.mark.parametrize("link", ["http://[::1", "file:///etc/passwd", "//x@evil.com/", "a b"])
def test_no_link_leads_astray(serve: Serve, session_at: SessionAt, link: str) -> None:
    server = serve().says(page(FULL, link))
    with pytest.raises(SourceChanged):
        walk(server, session_at)
    assert len(server.requests) == 1


def test_pages_without_end_are_given_up(serve: Serve, session_at: SessionAt) -> None:
    server = serve()
    for number in range(2, 9):
        server.says(page(1, f"?cursor={number}"))
    with pytest.raises(SourceChanged, match="more than 4 pages"):
        walk(server, session_at, max_pages=4)
    assert len(server.requests) == 4


def test_as_many_pages_as_allowed_are_allowed(serve: Serve, session_at: SessionAt) -> None:
    server = serve().says(page(FULL, "?cursor=2")).says(page(1))
    assert len(walk(server, session_at, max_pages=2)) == 2


# Doubts


def test_a_full_page_without_a_link_is_doubtful(serve: Serve, session_at: SessionAt) -> None:
    server = serve().says(page(FULL, "?cursor=2")).says(page(FULL))
    assert doubts(walk(server, session_at)) == ["no next link on a full page"]


def test_a_link_to_an_empty_page_is_doubtful(serve: Serve, session_at: SessionAt) -> None:
    server = serve().says(page(FULL, "?cursor=2")).says(page(0))
    assert doubts(walk(server, session_at)) == ["a next link led to an empty page"]


def test_an_empty_page_after_one_that_was_not_full_is_a_habit(
    serve: Serve, session_at: SessionAt
) -> None:
    server = serve().says(page(FULL - 1, "?cursor=2")).says(page(0))
    assert doubts(walk(server, session_at)) == []


def test_fewer_releases_than_the_source_states_are_doubtful(
    serve: Serve, session_at: SessionAt
) -> None:
    first = package(*(release(n) for n in (1, 2)), total=4, links={"next": "?cursor=2"})
    server = serve().says(first).says(package(release(3), total=4))
    session = session_at(server, count="total")
    pages = list(next_link(session, f"{server.url}/pages"))
    assert doubts(pages) == ["the source states 4 releases, its pages hold 3"]
    server = serve().says(package(release(3), total=1))
    assert doubts(list(next_link(session_at(server, count="total"), server.url))) == []


def test_an_empty_page_is_doubtful_where_the_source_says_it_otherwise(
    serve: Serve, session_at: SessionAt
) -> None:
    empty = Refusal(status=(400,), says="No Records found")
    server = serve().says(b"No Records found for Date Range", 400)
    [only] = next_link(session_at(server, empty=empty), server.url)
    assert (only.releases, only.doubts) == (0, ())
    server = serve().says(page(0))
    [only] = next_link(session_at(server, empty=empty), server.url)
    assert len(only.doubts) == 1


# A single answer


def test_a_single_answer_is_all_there_is(serve: Serve, session_at: SessionAt) -> None:
    server = serve().says(page(FULL))
    [only] = single(session_at(server), server.url)
    assert (only.number, only.releases, only.doubts) == (1, FULL, ())


def test_a_next_link_where_there_never_was_one_is_doubtful(
    serve: Serve, session_at: SessionAt
) -> None:
    server = serve().says(page(FULL, "?cursor=2"))
    [only] = single(session_at(server), server.url)
    assert only.doubts == ("a next link where there never was one: it was not followed",)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body",
    [b'{"uri":"","version":"1.1"}', b'\xef\xbb\xbf{"publisher":{"name":"x"},"links":null}'],
)
def test_a_package_without_releases_may_be_an_empty_one(
    serve: Serve, session_at: SessionAt, body: bytes
) -> None:
    server = serve().says(body)
    [only] = single(session_at(server, no_releases_is_empty=True), server.url)
    assert (only.releases, only.doubts) == (0, ())
    with pytest.raises(SourceChanged, match="expected 'releases'"):
        list(single(session_at(server), server.url))


@pytest.mark.parametrize(
    "body", [b"{}", b'{"Message":"An error has occurred."}', b'{"version":"1.1","releases":null}']
)
def test_an_error_is_no_empty_package(serve: Serve, session_at: SessionAt, body: bytes) -> None:
    server = serve().says(body)
    with pytest.raises(SourceChanged, match="expected 'releases'"):
        list(single(session_at(server, no_releases_is_empty=True), server.url))


# Pages that are not quite JSON


@pytest.mark.parametrize(
    ("number", "counted"), [("1e9999", FULL), ("NaN", FULL), ("1 000", None), (" 000", None)]
)
def test_a_bad_number_does_not_stop_the_walk(
    serve: Serve, session_at: SessionAt, number: str, counted: int | None
) -> None:
    body = page(FULL, "?cursor=2").replace(b'"initiationType"', f'"n":{number},"x"'.encode(), 1)
    pages = walk(serve().says(body).says(page(1)), session_at)
    assert [page.releases for page in pages] == [counted, 1]
    assert not doubts(pages)


def test_a_bad_number_on_the_last_page_is_doubtful(serve: Serve, session_at: SessionAt) -> None:
    body = page(FULL).replace(b'"initiationType"', b'"n": 000,"x"', 1)
    pages = walk(serve().says(body), session_at)
    assert doubts(pages) == ["no next link on a page that cannot be counted"]


def test_a_byte_order_mark_and_blanks_are_no_obstacle() -> None:
    body = b"\xef\xbb\xbf\r\n " + page(2, "?cursor=2") + b"\r\n"
    envelope = read_envelope(body)
    assert (envelope.releases, envelope.next) == (2, "?cursor=2")


def test_a_link_is_found_with_its_escapes_undone() -> None:
    body = b'{"releases":[{"n": 000}],"links" : {"self":"x","next":"\\/pages?a=1\\u0026b=2"}}'
    assert read_envelope(body).next == "/pages?a=1&b=2"


def test_a_release_s_own_links_are_not_the_page_s() -> None:
    body = b'{"releases":[{"n": 000,"links":[{"rel":"next","href":"/x"}]}]}'
    assert read_envelope(body).next is None


@pytest.mark.parametrize("link", [b"\\q", b"\xff", b"\t", b""])
def test_a_link_that_cannot_be_read_is_doubtful(
    serve: Serve, session_at: SessionAt, link: bytes
) -> None:
    body = b'{"releases":[{"n": 000}],"links":{"next":"' + link + b'"}}'
    pages = walk(serve().says(body), session_at)
    assert doubts(pages) == ["no next link on a page that cannot be counted"]


# Bodies that are no package

CUT = page(FULL, "?cursor=2")
NO_PACKAGE = {
    b"<!DOCTYPE html><html><p>Sorry</p></html>": SourceChanged,
    b'{"error":"Internal error"}': SourceChanged,
    b'{"releases":null}': SourceChanged,
    b'{"releases":{"a":1}}': SourceChanged,
    b'{"records":[]}': SourceChanged,
    b"[]": SourceChanged,
    b"null": SourceChanged,
    b"Rate limit of 12 exceeded.": SourceChanged,
    b'{"data":{"releases":[]},"n":1e9999}': SourceChanged,
    b'{"releases":null,"n":1e9999}': SourceChanged,
    b'{"message":no JSON}': SourceChanged,
    b"": SourceUnavailable,
    b" \r\n": SourceUnavailable,
    b"{": SourceUnavailable,
    CUT[: len(CUT) * 2 // 3]: SourceUnavailable,
    CUT[:-1]: SourceUnavailable,
    CUT[: CUT.rindex(b"}", 0, -30) + 1]: SourceUnavailable,  # the cut comes after a brace
}


@pytest.mark.parametrize("body", NO_PACKAGE, ids=lambda body: repr(body[:30]))
def test_what_is_no_package_is_refused(body: bytes) -> None:
    with pytest.raises(Unacceptable) as caught:
        read_envelope(body)
    assert caught.value.outcome is NO_PACKAGE[body]


@pytest.mark.parametrize("cut", range(1, len(CUT), 7))
def test_no_cut_is_taken_for_a_whole_package(cut: int) -> None:
    with pytest.raises(Unacceptable, match="cut short"):
        read_envelope(CUT[:cut])


def test_deep_nesting_is_left_to_the_quarantine() -> None:
    body = b'{"releases":[' + b"[" * 100_000 + b"]" * 100_000 + b"]}"
    assert read_envelope(body).releases is None
