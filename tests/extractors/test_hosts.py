"""Only the source's own origin is ever asked, however a link is dressed up."""

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
