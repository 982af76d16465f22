"""The ways from one page to the next: a closed set, chosen by name in a source's facts.

Owns the walk and what is suspicious about it. Does not store pages.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from extractors import hosts
from extractors.envelope import NOTHING, Envelope, read_envelope
from extractors.session import Session
from extractors.takers import Answer
from kernel import Fetch, SourceChanged


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its number from 1, the answer, its releases if countable, and any doubts."""

    number: int
    answer: Answer[Envelope]
    releases: int | None
    doubts: tuple[str, ...]


def next_link(session: Session, url: str) -> Iterator[Page]:
    """The pages from `url` on, each found by the `links.next` of the one before.

    Raises:
        SourceChanged: a link repeats, leaves the source's host, or there is no end of pages.
        SourceUnavailable: a page cannot be had.
    """
    source, seen, read, before = session.source, {url}, 0, 0
    for number in range(1, source.fetch.max_pages + 1):
        answer = _asked(session, url)
        envelope = answer.content
        read += envelope.most
        doubts = _doubts(envelope, source.fetch, read, before)
        yield Page(number, answer, envelope.releases, doubts)
        before = envelope.most
        if envelope.next is None:
            return
        url = hosts.follow(envelope.next, base=url, source=source.id)
        if url in seen:
            raise SourceChanged(
                "a next link repeats: the pages go in circles", source=source.id, url=url
            )
        seen.add(url)
    raise SourceChanged(
        f"more than {source.fetch.max_pages} pages: choose shorter windows",
        source=source.id,
        url=url,
    )


def single(session: Session, url: str) -> Iterator[Page]:
    """The one page at `url`, which is all there is.

    Raises:
        SourceUnavailable, SourceChanged: it cannot be had, or is no page.
    """
    answer = _asked(session, url)
    envelope = answer.content
    doubts = list(_doubts(envelope, session.source.fetch, envelope.most))
    if envelope.next is not None:
        doubts.append("a next link where there never was one: it was not followed")
    yield Page(1, answer, envelope.releases, tuple(doubts))


def _asked(session: Session, url: str) -> Answer[Envelope]:
    read = partial(read_envelope, fetch=session.source.fetch)
    return session.get(url, read, nothing=NOTHING)


def _doubts(envelope: Envelope, fetch: Fetch, read: int, before: int = 0) -> tuple[str, ...]:
    """What makes one doubt that the chain of pages is complete.

    There were `read` releases so far, and `before` of them on the page before, if there was one. An
    empty page that follows one that was not full is a habit of some sources and proves nothing.
    """
    last = envelope.next is None
    full = 0 < fetch.page_size <= envelope.most
    if last and envelope.releases is None and (full or envelope.unclear):
        return ("no next link on a page that cannot be counted",)
    if last and full:
        return ("no next link on a full page",)
    if envelope.releases == 0 and 0 < fetch.page_size <= before:
        return ("a next link led to an empty page",)
    if envelope.releases == 0 and fetch.empty and envelope is not NOTHING:
        return ("an empty page, though the source has another way to say that there is nothing",)
    if last and envelope.stated is not None and read < envelope.stated:
        return (f"the source states {envelope.stated} releases, its pages hold {read}",)
    return ()


STRATEGIES: Mapping[str, Callable[[Session, str], Iterator[Page]]] = {
    "next_link": next_link,
    "single": single,
}
