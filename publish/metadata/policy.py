"""`publication-policy.md` and `.html`: what is published, how, how often, and under which terms.

Owns the page. Source of what it must tell: the OCDS guidance on publication policies. All of it
comes from facts: a publication says more by its own `plans` and `contact`.
"""

from collections.abc import Iterator, Sequence

from publish.metadata.description import LICENCE_FILE, STANDARD, Description
from publish.metadata.dictionary import Entry
from publish.metadata.page import Link, Points, Section, Table
from publish.metadata.places import name_of
from publish.metadata.rhythm import fastest, rhythm


def policy(told: Description, columns: Sequence[Entry]) -> Iterator[Section]:
    """The page."""
    publication = told.publication
    yield Section("", (publication.description, f"This policy is of {told.title}."))
    yield _coverage(told)
    yield _method(told)
    yield _timeliness(told)
    yield _codes(told, columns)
    yield _formats(told)
    yield Section("Differences between formats", (Points(DIFFERENCES),))
    terms = f"Each source asks for an attribution of its own: see {LICENCE_FILE}."
    yield Section("Licence", (Link(publication.licence, publication.licence_url), terms))
    contact = Link(publication.contact, f"mailto:{publication.contact}")
    yield Section("Contact", (publication.publisher, contact))
    yield Section("Plans", (publication.plans or NO_PLANS,))


def _coverage(told: Description) -> Section:
    rows = [
        (
            origin.source.title,
            origin.source.coverage,
            name_of(origin.source.jurisdiction),
            f"{origin.span.start:%F}",
            f"{origin.span.end:%F}",
            int(origin.told["releases"]),
            int(origin.told["processes"]),
        )
        for origin in told.origins
    ]
    head = ("Source", "Covers", "Place", "Asked from", "to", "Releases", "Processes")
    lapsed = [origin.source.lapsed for origin in told.origins if origin.source.lapsed]
    return Section("Coverage", (Table(head, rows), *lapsed))


def _method(told: Description) -> Section:
    rows = [
        (
            Link(origin.source.title, origin.source.policy_url),
            Link(origin.source.publisher, origin.source.publisher_uri),
            origin.source.ocid_prefix,
            "mapped to OCDS" if origin.source.mapping else "as published",
        )
        for origin in told.origins
    ]
    head = ("Source", "Publisher", "Prefix of its ocids", "Releases are")
    return Section("Source and method", (Table(head, rows), METHOD, Link("OCDS 1.1", STANDARD)))


def _timeliness(told: Description) -> Section:
    rows = [
        (
            origin.source.title,
            rhythm(origin.source).words,
            origin.source.schedule or "none",
            f"{origin.source.window.relook.days} days",
        )
        for origin in told.origins
    ]
    head = ("Source", "Asked", "At (minute, hour, day, month, weekday; UTC)", "Looks back")
    often = fastest(origin.source for origin in told.origins).words
    return Section(
        "Timeliness", (f"New editions come {often}, if records changed.", Table(head, rows))
    )


def _codes(told: Description, columns: Sequence[Entry]) -> Section:
    rows = [
        (
            f"{e.table}.{e.field.name}",
            e.codelist,
            "open" if e.open else "closed",
            e.filled,
            e.beyond,
        )
        for e in columns
        if e.beyond
    ]
    head = ("Column", "Codelist", "", "Filled cells", "with a code of the publisher's own")
    lists = [Table(head, rows)] if rows else ["No column holds a code beyond its codelist."]
    declared = [Points([Link(url, url) for url in told.extensions])] if told.extensions else []
    extensions = (
        "Extensions that releases declare:" if declared else "No release declares an extension."
    )
    return Section("Codes and extensions", (CODES, *lists, extensions, *declared))


def _formats(told: Description) -> Section:
    rows = [(file.path, file.format.name, file.about, file.rows, file.bytes) for file in told.data]
    where = Link(told.uri, told.uri)
    return Section(
        "Formats and access",
        (
            "Every edition is a folder that never changes; latest.json beside it names the newest.",
            where,
            Table(("File", "Format", "What it holds", "Rows", "Bytes"), rows),
        ),
    )


METHOD = (
    "Pages are kept as received. Releases are read from them, upgraded to OCDS 1.1 where they are "
    "of 1.0, checked, and merged into one compiled release a process by the rules of OCDS. Ocids "
    "stay those of the source. What cannot be used is in quarantine.jsonl.gz with its reason; the "
    "verdict on the edition is in quality.html."
)
CODES = (
    "Codes are published as the source gives them. A codelist that is open may be extended by the "
    "publisher; all codes that OCDS and its extensions know are in dictionary.csv."
)
DIFFERENCES = (
    "JSON files hold whole releases; tables hold the columns of dictionary.csv.",
    "A row of a table is the latest state of a process; only in releases a row is a release.",
    "A release that breaks the structure of OCDS is in every file but the release package.",
    "Amounts in tables have two decimal places, and moments are UTC; JSON keeps what was written.",
    "The names, e-mail addresses and telephone numbers of contacts are in no table.",
    "CSV files join the values of a list by a semicolon.",
    "In CSV files an apostrophe stands before text that a spreadsheet would run as a formula.",
)
NO_PLANS = "No changes of coverage or form are planned."
