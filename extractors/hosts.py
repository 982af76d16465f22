"""Which addresses may be asked: the source's own origin, and nothing else.

Owns the decision for next links and redirects. Opens no connection.
Source of the rule: OWASP's Server-Side Request Forgery prevention, allow lists.
"""

from urllib.parse import SplitResult, urljoin, urlsplit

from kernel import SourceChanged

PORTS = {"http": 80, "https": 443}
PRINTABLE = range(0x21, 0x7F)


def follow(link: str, *, base: str, source: str) -> str:
    """The absolute address of `link` found at `base`.

    Raises:
        SourceChanged: it leaves the origin (scheme, host and port) of `base`, or is malformed.
    """
    if not all(ord(character) in PRINTABLE for character in link):
        raise SourceChanged(f"the link {link!r} is no address", source=source, url=base)
    try:
        url = urljoin(base, link)
        same = _origin(urlsplit(url)) == _origin(urlsplit(base))
    except ValueError as error:
        raise SourceChanged(f"the link {link!r} is malformed", source=source, url=base) from error
    if not same or urlsplit(url).username is not None:
        raise SourceChanged(
            f"the link {url!r} leads away from the source's own host: it was not followed",
            source=source,
            url=base,
        )
    return url


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    port = PORTS.get(parts.scheme) if parts.port is None else parts.port
    return parts.scheme, parts.hostname, port
