"""`schema.org.jsonld`: the edition for search engines, as a schema.org Dataset.

Owns the translation to schema.org. Source: its Dataset and DataDownload; `sha256` is one of its own
properties.
"""

from collections.abc import Sequence
from typing import Any

from publish.metadata.description import KEYWORDS, LANGUAGE, STANDARD, Description, File
from publish.metadata.dictionary import Entry
from publish.metadata.places import name_of


def schema_org(told: Description, columns: Sequence[Entry]) -> dict[str, Any]:
    """The Dataset; what its tables measure is named by the columns of numbers and amounts."""
    publication = told.publication
    return {
        "@context": {"@vocab": "https://schema.org/"},
        "@id": told.uri,
        "@type": "Dataset",
        "identifier": f"{publication.id}/{told.edition}",
        "name": told.title,
        "description": publication.description,
        "url": publication.uri,
        "version": told.edition,
        "datePublished": f"{told.issued:%F}",
        "temporalCoverage": f"{told.span.start:%FT%TZ}/{told.span.end:%FT%TZ}",
        "spatialCoverage": [
            {"@type": "Place", "name": name}
            for name in sorted({name_of(origin.source.jurisdiction) for origin in told.origins})
        ],
        "inLanguage": LANGUAGE,
        "isAccessibleForFree": True,
        "keywords": list(KEYWORDS),
        "license": publication.licence_url,
        "conditionsOfAccess": "Open to anyone",
        "creator": _organization(publication.publisher, publication.uri),
        "publisher": _organization(publication.publisher, publication.uri),
        "creditText": " ".join(_credits(told)),
        "isBasedOn": [
            {
                "@type": "Dataset",
                "name": origin.source.title,
                "description": origin.source.coverage,
                "url": origin.source.policy_url,
                "license": origin.source.licence_url,
                "creator": _organization(origin.source.publisher, origin.source.publisher_uri),
            }
            for origin in told.origins
        ],
        "measurementTechnique": STANDARD,
        "variableMeasured": [
            {
                "@type": "PropertyValue",
                "name": f"{entry.table}.{entry.field.name}",
                "description": entry.field.definition,
            }
            for entry in columns
            if entry.field.type.startswith(("decimal", "double", "int"))
        ],
        "distribution": [_download(told, file) for file in told.data],
    }


def _credits(told: Description) -> list[str]:
    return sorted({origin.source.attribution for origin in told.origins})


def _organization(name: str, url: str) -> dict[str, str]:
    return {"@type": "Organization", "name": name, "url": url}


def _download(told: Description, file: File) -> dict[str, str]:
    return {
        "@type": "DataDownload",
        "name": file.path,
        "description": file.about,
        "contentUrl": told.address(file.path),
        "contentSize": f"{file.bytes} B",
        "encodingFormat": file.format.media_type,
        "sha256": file.sha256,
        "dateModified": f"{told.issued:%F}",
    }
