"""`LICENSE.md`: under which terms the edition and what it is made from may be used.

Owns the page. The terms are facts of the publication and of each source.
"""

from collections.abc import Iterator

from publish.metadata.description import Description
from publish.metadata.page import Link, Section

PASSED_ON = (
    "It contains information of the sources below, each under its own licence. Whoever passes the "
    "data on gives the attribution of every source whose rows are in it; the column source of each "
    "table tells which these are."
)
MADE_UP = "Some or all notices of this source are made up, by a stand-in server."


def licence(told: Description) -> Iterator[Section]:
    """The page: the edition's own licence, then each source with the attribution it asks for."""
    publication = told.publication
    yield Section(
        "",
        (
            f"{told.title}, is published by {publication.publisher} under",
            Link(publication.licence, publication.licence_url),
            PASSED_ON,
        ),
    )
    for origin in told.origins:
        source = origin.source
        yield Section(
            source.title,
            (
                f"Publisher: {source.publisher}.",
                Link(source.publisher_uri, source.publisher_uri),
                f"Licence: {source.licence}.",
                Link(source.licence_url, source.licence_url),
                f"Attribution: {source.attribution}",
                *([MADE_UP] if origin.told["made_up"] else []),
            ),
        )
