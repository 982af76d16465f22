"""Only the source's own origin is ever asked, however a link is dressed up."""

import socket
from typing import Any

import pytest

from extractors.hosts import follow
from kernel import SourceChanged

BASE = "https://good.gov/api/pages?from=1"

OWN = {
    "https://good.gov/api/pages?cursor=2": "https://good.gov/api/pages?cursor=2",
    "https://GOOD.gov/api/pages?cursor=2": "https://GOOD.gov/api/pages?cursor=2",
    "https://good.gov:443/x": "https://good.gov:443/x",
    "//good.gov/x": "https://good.gov/x",
    "/x?cursor=2": "https://good.gov/x?cursor=2",
    "x": "https://good.gov/api/x",
    "?cursor=2": "https://good.gov/api/pages?cursor=2",
    "../../../x": "https://good.gov/x",
    "?next=https://evil.com/": "https://good.gov/api/pages?next=https://evil.com/",
    "///evil.com/x": "https://good.gov/evil.com/x",
    "": BASE,
}

FOREIGN = [
    "https://evil.com/x",
    "http://good.gov/x",  # a downgrade
    "//evil.com/x",
    "https://good.gov@evil.com/x",
    "https://good.gov:443@evil.com/x",
    "https://user@good.gov/x",
    "https://user:password@good.gov/x",
    "https://@good.gov/x",
    "https://good.gov.evil.com/x",
    "https://evil.com/good.gov",
    "https://evil.com?good.gov",
    "https://evil.com#good.gov",
    "https://evil-good.gov/x",
    "https://good.gov./x",
    "https://www.good.gov/x",
    "https://good.gov%2eevil.com/x",
    "https://good.gov:8443/x",
    "https://good.gov:80/x",
    "https://good.gov:0/x",
    "https://good.gov:99999/x",
    "https://good.gov:x/x",
    r"https://good.gov\@evil.com/x",
    r"https://evil.com\@good.gov/x",
    r"https://good.gov\.evil.com/x",
    "https://127.0.0.1/x",
    "https://2130706433/x",
    "https://[::1]/x",
    "https://[::1/x",
    "https://[evil]/x",
    "//[",
    "https://169.254.169.254/latest/meta-data/",
    "file:///etc/passwd",
    "file://good.gov/etc/passwd",
    "ftp://good.gov/x",
    "javascript:alert(1)",
    "data:application/json,{}",
    "https://good.gov/x y",
    " https://good.gov/x",
    "https://good.gov/x\n",
    "https://go\tod.gov/x",
    "https://good.gov/\x00",
    "https://good.gov/\x7f",
    "https://good.gov/é",
    "https://gооd.gov/x",  # noqa: RUF001 (two letters are Cyrillic: that is the attack)
]


@pytest.mark.parametrize("link", OWN)
def test_a_link_within_the_origin_is_followed(link: str) -> None:
    assert follow(link, base=BASE, source="s") == OWN[link]


@pytest.mark.parametrize("link", FOREIGN, ids=ascii)
def test_a_link_out_of_the_origin_is_refused(link: str) -> None:
    with pytest.raises(SourceChanged) as caught:
        follow(link, base=BASE, source="s")
    assert (caught.value.source, caught.value.url) == ("s", BASE)


def test_the_port_is_part_of_the_origin() -> None:
    base = "http://127.0.0.1:8640/api"
    assert follow("/x", base=base, source="s") == "http://127.0.0.1:8640/x"
    for link in ("http://127.0.0.1/x", "http://127.0.0.1:8641/x", "https://127.0.0.1:8640/x"):
        with pytest.raises(SourceChanged, match="leads away"):
            follow(link, base=base, source="s")


def test_an_address_of_six_parts_is_an_origin_like_any_other() -> None:
    base = "http://[::1]:8640/api"
    assert follow("http://[::1]:8640/x", base=base, source="s") == "http://[::1]:8640/x"
    with pytest.raises(SourceChanged):
        follow("http://[::2]:8640/x", base=base, source="s")


# Other hosts that the facts name

NAMES = {"cdn.example.org": "93.184.216.34", "mixed.example.org": "10.0.0.7"}


@pytest.fixture
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses of made-up hosts: the public one, and one that leads into a private network."""

    def found(host: str, *_rest: Any, **_more: Any) -> list[Any]:
        if host not in NAMES:
            raise socket.gaierror("no such name")
        addresses = ["93.184.216.34", NAMES[host]]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found)


@pytest.mark.usefixtures("_names")
@pytest.mark.parametrize("hosts", [["*"], ["cdn.example.org"], ["*.example.org"]])
def test_a_named_host_is_followed_by_https(hosts: list[str]) -> None:
    link = "https://cdn.example.org/downloads/2024.jsonl.gz"
    assert follow(link, base=BASE, source="s", hosts=hosts) == link
    for other in (link.replace("https", "http"), link.replace(".org", ".org:8443")):
        with pytest.raises(SourceChanged, match="leads away"):
            follow(other, base=BASE, source="s", hosts=hosts)


@pytest.mark.usefixtures("_names")
def test_a_host_that_is_not_named_is_not_followed() -> None:
    for hosts in (["other.example.org"], ["*.example"], []):
        with pytest.raises(SourceChanged, match="leads away"):
            follow("https://cdn.example.org/x", base=BASE, source="s", hosts=hosts)


@pytest.mark.usefixtures("_names")
def test_a_name_that_is_not_known_is_left_to_the_connection() -> None:
    link = "https://surely-no-such-host.invalid/x"
    assert follow(link, base=BASE, source="s", hosts=["*"]) == link


@pytest.mark.usefixtures("_names")
@pytest.mark.parametrize(
    "link",
    [
        "https://mixed.example.org/x",  # one of its addresses is private
        "https://127.0.0.1/x",
        "https://10.0.0.1/x",
        "https://8.8.8.8/x",  # a number is no name, not even a public one
        "https://2130706433/x",
        "https://0x7f.1/x",
        "https://0x7f.0x1/x",
        "https://017700000001/x",
        "https://127.0.0.1./x",
        "https://[::1]/x",
        "https://[2606:2800:220:1::1]/x",
        "https://localhost/x",
        "https://intranet/x",
        "https://user@cdn.example.org/x",
        "ftp://cdn.example.org/x",
        "file:///etc/passwd",
    ],
)
def test_however_many_hosts_are_named_none_is_private(link: str) -> None:
    with pytest.raises(SourceChanged):
        follow(link, base=BASE, source="s", hosts=["*"])


def test_from_this_machine_only_this_machine_is_reached() -> None:
    base = "http://127.0.0.1:8640/x"
    link = "http://127.0.0.1:8641/y"
    assert follow(link, base=base, source="s", hosts=["*"]) == link
    for other in ("https://cdn.example.org/x", "http://10.0.0.1/x"):
        with pytest.raises(SourceChanged):
            follow(other, base=base, source="s", hosts=["*"])
