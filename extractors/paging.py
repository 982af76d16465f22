"""The ways from one page to the next: a closed set, chosen by name in a source's facts.

Owns the walk and what is suspicious about it. Does not store pages.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from extractors import hosts
from extractors.envelope import Envelope, read_envelope
from extractors.session import Answer, Session
from kernel import SourceChanged


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
    source, seen = session.source, {url}
    page_size = source.fetch.page_size
    for number in range(1, source.fetch.max_pages + 1):
        answer = session.get(url, read_envelope)
        envelope = answer.content
        yield Page(number, answer, envelope.releases, _doubts(number, envelope, page_size))
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


def _doubts(number: int, envelope: Envelope, page_size: int) -> tuple[str, ...]:
    """What makes one doubt that the chain of pages is complete."""
    if envelope.next is None and envelope.releases is None:
        return ("no next link on a page that cannot be counted",)
    if envelope.next is None and (envelope.releases or 0) >= page_size:
        return ("no next link on a full page",)
    if envelope.releases == 0 and number > 1:
        return ("a next link led to an empty page",)
    return ()


STRATEGIES: Mapping[str, Callable[[Session, str], Iterator[Page]]] = {"next_link": next_link}
