"""Asks for an address that somebody else published: never more than its head, never a private host.

Owns the guard: a published address may point at machines that only this one can reach. The address
that was judged is the one connected to, so no second look-up can change it in between.
Source of the rule: OWASP's Server-Side Request Forgery prevention.
"""

import http.client
import ipaddress
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from extractors.session import PROJECT
from kernel import __version__

PAUSE = 1.0  # seconds between two questions
TIMEOUT = 10.0  # seconds to connect, and between two pieces of an answer's head
LONGEST = 20.0  # seconds for the whole head
REDIRECTS = 3
MOVED = frozenset({301, 302, 303, 307, 308})
NO_HEAD = frozenset({405, 501})  # RFC 9110: the method is not allowed, or not known
PORTS = {"http": 80, "https": 443}
# Addresses that a gateway turns into IPv4 ones, private ones too: RFC 6052 and RFC 3056.
TRANSLATED = [ipaddress.ip_network(name) for name in ("64:ff9b::/96", "2002::/16")]

Allowed = Callable[[str], bool]


def is_public(address: str) -> bool:
    """Whether an IP address is reachable for everybody."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if any(found in network for network in TRANSLATED):
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_global and not found.is_multicast)


def ask(url: str, *, allowed: Allowed = is_public, pause: float = PAUSE) -> int | str:
    """The status with which `url` answers, or why there is none; redirects are followed.

    Args:
        url: any text.
        allowed: whether an IP address may be connected to.
        pause: seconds to wait before each question.
    """
    try:
        for _ in range(REDIRECTS + 1):
            status, moved = _once(url, "HEAD", allowed, pause)
            if status in NO_HEAD:
                status, moved = _once(url, "GET", allowed, pause)
            if status not in MOVED or not moved:
                return status
            url = urljoin(url, moved)
    except (OSError, ValueError, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {error}"[:200]
    return "it redirects in circles"


class _Pinned(http.client.HTTPConnection):
    """Connects to the address that was judged, whatever the name leads to by now."""

    def __init__(self, parts: SplitResult, address: str) -> None:
        super().__init__(str(parts.hostname), _port(parts), timeout=TIMEOUT)
        self.address = address
        self.encrypted = parts.scheme == "https"

    def connect(self) -> None:
        self.sock: Any = socket.create_connection((self.address, self.port), TIMEOUT)
        if self.encrypted:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)


def _once(url: str, method: str, allowed: Allowed, pause: float) -> tuple[int, str | None]:
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or parts.username is not None:
        raise ValueError("it is no address of a web page")
    connection = _Pinned(parts, _address(parts, allowed))
    time.sleep(pause)
    contact = os.environ.get("TENDERLINE_CONTACT", PROJECT)
    headers = {"User-Agent": f"tenderline/{__version__} (+{contact})", "Connection": "close"}
    path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
    connection.connect()
    hang_up = threading.Timer(LONGEST, connection.sock.shutdown, (socket.SHUT_RDWR,))
    hang_up.start()
    try:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        return response.status, response.getheader("Location")
    finally:
        hang_up.cancel()
        hang_up.join()
        connection.close()


def _address(parts: SplitResult, allowed: Allowed) -> str:
    """The address of the host, if each that its name leads to is allowed."""
    found = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not all(map(allowed, addresses)):
        raise ValueError("its host is not a public one: it was not asked")
    return addresses[0]


def _port(parts: SplitResult) -> int:
    return PORTS[parts.scheme] if parts.port is None else parts.port
