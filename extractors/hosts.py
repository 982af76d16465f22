"""Which addresses may be asked: the source's own origin, and what its facts name beside it.

Owns the decision for next links and redirects. Opens no connection, but may resolve a name.
Source of the rule: OWASP's Server-Side Request Forgery prevention, allow lists.
"""

import ipaddress
import re
import socket
from collections.abc import Collection
from fnmatch import fnmatchcase
from urllib.parse import SplitResult, urljoin, urlsplit

from kernel import SourceChanged
from kernel.source import LOOPBACK

PORTS = {"http": 80, "https": 443}
PRINTABLE = range(0x21, 0x7F)
NAME = re.compile(r"([a-z0-9-]+\.)+[a-z][a-z0-9-]*")  # no number in any notation ends like this


def follow(link: str, *, base: str, source: str, hosts: Collection[str] = ()) -> str:
    """The absolute address of `link` found at `base`.

    Args:
        link: what was found.
        base: where.
        source: the source's id, for the error.
        hosts: patterns of names of other hosts that may be asked, by https on its usual port, if
            they are public; from an origin on this machine, others on this machine.

    Raises:
        SourceChanged: it leaves the origin (scheme, host and port) of `base` for where `hosts` does
            not lead, or is malformed.
    """
    if not all(ord(character) in PRINTABLE for character in link):
        raise SourceChanged(f"the link {link!r} is no address", source=source, url=base)
    try:
        url = urljoin(base, link)
        parts, own = urlsplit(url), urlsplit(base)
        welcome = _origin(parts) == _origin(own) or _named(parts, own, hosts)
    except ValueError as error:
        raise SourceChanged(f"the link {link!r} is malformed", source=source, url=base) from error
    if not welcome or parts.username is not None:
        raise SourceChanged(
            f"the link {url!r} leads away from the source's own host: it was not followed",
            source=source,
            url=base,
        )
    return url


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    port = PORTS.get(parts.scheme) if parts.port is None else parts.port
    return parts.scheme, parts.hostname, port


def _named(parts: SplitResult, own: SplitResult, hosts: Collection[str]) -> bool:
    """Whether `parts` is another host that `hosts` name, and one that may be named at all."""
    host = parts.hostname or ""
    if not any(fnmatchcase(host, pattern) for pattern in hosts):
        return False
    if own.hostname in LOOPBACK:
        return host in LOOPBACK and parts.scheme in PORTS
    return (
        _origin(parts) == ("https", host, PORTS["https"])
        and NAME.fullmatch(host) is not None
        and _is_public(host)
    )


def _is_public(host: str) -> bool:
    """Whether `host` has no address of this machine or of a private network.

    A name that cannot be resolved is left to the connection, which says so.
    """
    try:
        found = socket.getaddrinfo(host, PORTS["https"], type=socket.SOCK_STREAM)
    except OSError:
        return True
    return all(ipaddress.ip_address(str(entry[4][0]).split("%")[0]).is_global for entry in found)
