"""How tests ask a stand-in: plain requests that follow no redirect, with the status kept."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tenderline.stand_in import Server

Answer = tuple[int, bytes, Any]


class _Stay(urllib.request.HTTPRedirectHandler):
    """Report a redirect instead of following it."""

    def redirect_request(self, *_: Any) -> None:
        return None


def fetch(server: Server, target: str) -> Answer:
    """Asks for a path: the status, the body, the headers."""
    try:
        with urllib.request.build_opener(_Stay).open(server.url + target, timeout=10) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read(), refused.headers


def get(server: Server, target: str) -> dict[str, Any]:
    """Asks for a path that must answer with a JSON object."""
    status, body, headers = fetch(server, target)
    assert (status, headers["Content-Type"]) == (200, "application/json"), body[:200]
    package: dict[str, Any] = json.loads(body.decode("utf-8-sig"))
    return package


def walk(server: Server, target: str) -> Iterator[dict[str, Any]]:
    """Follows the next links, at most a hundred."""
    for _ in range(100):
        page = get(server, target)
        yield page
        if "links" not in page:
            return
        target = page["links"]["next"].removeprefix(server.url)
    pytest.fail("the pages do not end")
