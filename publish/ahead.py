"""All that an edition needs of the records, made with one reading of each part that is new.

Owns which derivations these are. Each stage makes its own where it is not there: this spares the
two readings more, and two times of looking for what is withheld, which is most of the time of both.
"""

from collections.abc import Iterator, Sequence

from kernel import Lake, Manifest, Publication, Source
from publish.json.part import public
from transforms.compile import inputs_of
from transforms.derivation import Derivation
from transforms.derived import derive_all
from transforms.tables.part import rows
from validation.quality.judging import declared
from validation.quality.part import judged


def derive_ahead(
    publication: Publication, lake: Lake, inputs: Sequence[tuple[Source, Manifest]]
) -> None:
    """Make what tables, the check and JSON files are made of, where it was not made yet.

    Args:
        publication: of which an edition is to be published.
        lake: where from and to.
        inputs: each source with the manifest of its records.
    """
    for source, records in inputs:
        derive_all(source.id, lake, records, [*_wanted(publication, source, lake, records)])


def _wanted(
    publication: Publication, source: Source, lake: Lake, records: Manifest
) -> Iterator[Derivation]:
    extensions, _ = declared(inputs_of(records, lake))
    yield rows(source)
    yield judged(source, lake, extensions)
    yield public("public")
    if publication.records:
        yield public("public_records")
