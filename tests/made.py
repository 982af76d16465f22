"""Makes releases, packages and raw pages for tests: our own, small, valid unless told otherwise."""

import json
from typing import Any

from extractors.loader import load
from extractors.raw import keep_body
from kernel import Counts, Lake, Manifest, Window, __version__
from kernel.manifest import digest
from transforms.compile import compile_records
from transforms.convert import convert
from validation.admission import checker

SOURCE = load("find_a_tender")
WINDOW = "20260301T000000Z-20260301T060000Z"
CHECK = checker(SOURCE.fetch.clock, SOURCE.ocid_prefix)


def release(number: int = 1, **body: Any) -> dict[str, Any]:
    """A small release of process `number` that breaks no rule; `body` overrides."""
    return {
        "ocid": f"ocds-h6vhtk-{number:06x}",
        "id": f"{number:06}-2026",
        "date": f"2026-03-01T0{number % 6}:00:00Z",
        "tag": ["tender"],
        "initiationType": "tender",
        **body,
    }


def award_release(number: int = 1, amount: Any = 100, **body: Any) -> dict[str, Any]:
    """A release with a buyer, two suppliers, an award, a contract, an item and a document."""
    parties = [
        {"id": "GB-COH-1", "name": "Buyer", "roles": ["buyer"]},
        {"id": "GB-COH-2", "name": "Small", "roles": ["supplier"], "details": {"scale": "sme"}},
        {"id": "GB-COH-3", "name": "Big", "roles": ["supplier"], "details": {"scale": "large"}},
    ]
    notice = {"id": f"{number:06}-2026", "noticeType": "UK6", "url": "https://example.org/n"}
    award = {
        "id": "a1",
        "status": "active",
        "value": {"amount": amount, "currency": "GBP"},
        "suppliers": [{"id": "GB-COH-2", "name": "Small"}, {"id": "GB-COH-3", "name": "Big"}],
        "items": [{"id": "1", "classification": {"scheme": "CPV", "id": "03000000"}}],
        "documents": [notice],
    }
    contract = {"id": "c1", "awardID": "a1", "dateSigned": "2026-02-28T00:00:00Z"}
    made = {"parties": parties, "buyer": {"id": "GB-COH-1", "name": "Buyer"}}
    return release(
        number, **{**made, "tag": ["award"], "awards": [award], "contracts": [contract], **body}
    )


def package(*releases: Any, **more: Any) -> bytes:
    """A release package as the source would send it."""
    return json.dumps({"version": "1.1", "releases": list(releases), **more}).encode()


def commit_raw(
    lake: Lake,
    *bodies: bytes,
    window: str = WINDOW,
    version: str = "v1",
    doubts: tuple[str, ...] = (),
) -> Manifest:
    """Raw pages as the extract stage leaves them."""
    folder = f"raw/{SOURCE.id}/{Window.parse(window).name}/{version}"
    pages = [keep_body(lake, folder, f"page-{n:05}", body, 1) for n, body in enumerate(bodies, 1)]
    sums = [digest(body) for body in bodies]
    asked = {"url": "https://example.org/pages"}
    return lake.commit(
        Manifest(
            folder=folder,
            stage="extract",
            subject=SOURCE.id,
            version=version,
            code=__version__,
            counts=Counts(read=len(pages), written=len(pages)),
            artifacts=tuple(pages),
            notes={"window": window, "pages": len(pages), "doubts": list(doubts), "made_up": False},
            log=tuple({**asked, "sha256": one} for one in sums),
        )
    )


def converted(lake: Lake, *bodies: bytes, **more: Any) -> Manifest:
    """The conversion of such pages."""
    return convert(SOURCE, lake, commit_raw(lake, *bodies, **more), check=CHECK)


def compiled(lake: Lake, *bodies: bytes, **more: Any) -> Manifest:
    """The records of such pages and of all that the lake already holds."""
    converted(lake, *bodies, **more)
    return compile_records(SOURCE, lake)
