"""`data.json`: the edition in the form that data portals harvest.

Owns the translation. Source: Project Open Data metadata, version 1.1, which CKAN portals such as
data.gov.uk read.
"""

from typing import Any

from publish.metadata.description import KEYWORDS, STANDARD, Description, File
from publish.metadata.places import name_of
from publish.metadata.rhythm import fastest

FORM = "https://project-open-data.cio.gov/v1.1/schema"


def data_json(told: Description) -> dict[str, Any]:
    """The catalogue, with one dataset: the edition."""
    return {
        "@context": f"{FORM}/catalog.jsonld",
        "@id": f"{told.uri}/data.json",
        "@type": "dcat:Catalog",
        "conformsTo": FORM,
        "describedBy": f"{FORM}/catalog.json",
        "dataset": [_dataset(told)],
    }


def _dataset(told: Description) -> dict[str, Any]:
    publication = told.publication
    sources = [origin.source for origin in told.origins]
    return {
        "@type": "dcat:Dataset",
        "accessLevel": "public",
        "accrualPeriodicity": fastest(sources).interval,
        "conformsTo": STANDARD,
        "contactPoint": {
            "@type": "vcard:Contact",
            "fn": publication.publisher,
            "hasEmail": f"mailto:{publication.contact}",
        },
        "describedBy": told.address("dictionary.csv"),
        "describedByType": "text/csv",
        "description": publication.description,
        "distribution": [_distribution(told, file) for file in told.data],
        "identifier": told.uri,
        "keyword": list(KEYWORDS),
        "landingPage": publication.uri,
        "language": ["en-GB"],
        "license": publication.licence_url,
        "modified": f"{told.issued:%F}",
        "publisher": {"@type": "org:Organization", "name": publication.publisher},
        "references": sorted({source.policy_url for source in sources}),
        "rights": " ".join(sorted({source.attribution for source in sources})),
        "spatial": ", ".join(sorted({name_of(source.jurisdiction) for source in sources})),
        "temporal": f"{told.span.start:%FT%TZ}/{told.span.end:%FT%TZ}",
        "theme": ["Government and public sector"],
        "title": told.title,
    }


def _distribution(told: Description, file: File) -> dict[str, str]:
    return {
        "@type": "dcat:Distribution",
        "description": file.about,
        "downloadURL": told.address(file.path),
        "format": file.format.name,
        "mediaType": file.format.media_type,
        "title": file.path,
    }
