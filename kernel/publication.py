"""What is known of a publication: which sources it combines, and under which name and terms.

Owns the shape of `publish/publications/*.toml` and the naming of editions.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

from kernel.manifest import Manifest, canonical, digest
from kernel.version import __version__
from kernel.window import Window

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One series of editions. `id` is the name of its facts file.

    `uri` is the address under which the publication will be found; it names packages, and need
    not answer yet.
    """

    id: str
    title: str
    description: str
    sources: tuple[str, ...]
    publisher: str
    licence: str
    licence_url: str
    uri: str

    def edition(self, records: Sequence[Manifest], *others: str) -> str:
        """The name of the edition made of `records`: the last day covered and a short hash.

        The hash is of the records, the publication's facts, the code version, and `others` that it
        is made of: another name is another content, and the same content has the same name.
        """
        made_of = sorted(manifest.id for manifest in records)
        facts = [asdict(self), made_of, __version__, *others]
        last = max(Window.parse(str(manifest.notes["span"])).end for manifest in records)
        return f"{last - SECOND:%Y-%m-%d}-{digest(canonical(facts))[:8]}"
