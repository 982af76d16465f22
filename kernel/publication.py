"""What is known of a publication: which sources it combines, and under which name and terms.

Owns the shape of `publish/publications/*.toml` and the naming of editions.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from kernel.errors import ConfigError
from kernel.manifest import Manifest, canonical, digest
from kernel.version import __version__
from kernel.window import Window

SECOND = timedelta(seconds=1)
CONTACT = "data@tenderline.example"  # of who says none; as the addresses, it need not answer

LARGE = 100_000_000  # bytes of a file, of which one may not want the whole for one year


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """Which editions stay: the `last` ones, the last one of each of `months` months, and `cited`.

    The months are counted back from that of the newest edition, by the day in an edition's name.

    Raises:
        ConfigError: a number is too small.
    """

    last: int = 30  # a month of daily editions
    months: int = 24  # so that two years can be compared month by month
    cited: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.last < 1 or self.months < 0:
            raise ConfigError("[keep]: `last` is 1 or more and `months` is 0 or more: correct it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One series of editions. `id` is the name of its facts file.

    `uri` is the address under which the publication will be found; it names packages, and need
    not answer yet. `contact` is the e-mail address for questions. `plans` says in sentences what
    is going to change, "" where nothing is. `records` asks for record packages with versioned
    releases, several times as large as all else together. A table whose Parquet file has
    `partition_bytes` or more is also cut by source and year. `keep` says which editions stay when
    others are removed; None is `Keep()`, and that none is removed unless somebody asks for it.
    """

    id: str
    title: str
    description: str
    sources: tuple[str, ...]
    publisher: str
    licence: str
    licence_url: str
    uri: str
    contact: str = CONTACT
    plans: str = ""
    records: bool = False
    partition_bytes: int = LARGE
    keep: Keep | None = None

    def edition(self, records: Sequence[Manifest], *others: str) -> str:
        """The name of the edition made of `records`: the last day covered and a short hash.

        The hash is of the records, the publication's facts, the code version, and `others` that it
        is made of: another name is another content, and the same content has the same name. What
        is kept is no content.
        """
        told = {name: fact for name, fact in asdict(self).items() if name != "keep"}
        made_of = sorted(manifest.id for manifest in records)
        facts = [told, made_of, __version__, *others]
        last = max(Window.parse(str(manifest.notes["span"])).end for manifest in records)
        return f"{last - SECOND:%Y-%m-%d}-{digest(canonical(facts))[:8]}"


def link(edition: Manifest | None) -> dict[str, Any] | None:
    """How the next edition names `edition`, the one before it; None before the first."""
    if edition is None:
        return None
    return {"edition": edition.version, "manifest_sha256": digest(edition.dumps())}
