"""`dcat.jsonld`: the edition for catalogues, in DCAT-AP 3 as JSON-LD.

Owns the translation to DCAT. Source: DCAT version 3 and its application profile for European
portals, version 3.0. The context stands in the file, so that nothing has to be fetched to read it.
"""

from collections.abc import Mapping
from typing import Any

from publish.metadata.description import KEYWORDS, LANGUAGE, STANDARD, Description, File, Origin
from publish.metadata.places import country_uri, name_of
from publish.metadata.rhythm import fastest

PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "prov": "http://www.w3.org/ns/prov#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
AUTHORITY = "http://publications.europa.eu/resource/authority"
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
THEMES = ("ECON", "GOVE")  # economy and finance; government and public sector
LANGUAGES = {"en": f"{AUTHORITY}/language/ENG"}
FILE_TYPES = {".csv": "CSV", ".json": "JSON", ".parquet": "PARQUET", ".xlsx": "XLSX"}
GZIPPED = ".gz"
# The sources publish for anyone, without conditions on who asks.
PUBLIC = f"{AUTHORITY}/access-right/PUBLIC"


def dcat(told: Description) -> dict[str, Any]:
    """The catalogue of the publication with the edition in it, and the record of its entry."""
    publication = told.publication
    catalogue = f"{publication.uri}#catalogue"
    return {
        "@context": PREFIXES,
        "@id": catalogue,
        "@type": "dcat:Catalog",
        "dcterms:title": _text(publication.title),
        "dcterms:description": _text(publication.description),
        "dcterms:publisher": _publisher(told),
        "dcterms:license": {"@id": publication.licence_url},
        "dcterms:language": {"@id": LANGUAGES[LANGUAGE]},
        "dcterms:modified": _moment(told),
        "dcat:dataset": _dataset(told),
        "dcat:record": {
            "@id": f"{told.uri}#record",
            "@type": "dcat:CatalogRecord",
            "dcterms:modified": _moment(told),
            "foaf:primaryTopic": {"@id": told.uri},
        },
    }


def _dataset(told: Description) -> dict[str, Any]:
    publication = told.publication
    return {
        "@id": told.uri,
        "@type": "dcat:Dataset",
        "dcterms:identifier": f"{publication.id}/{told.edition}",
        "dcterms:title": _text(told.title),
        "dcterms:description": _text(publication.description),
        "dcterms:publisher": _publisher(told),
        "dcterms:issued": _moment(told),
        "dcterms:modified": _moment(told),
        "dcterms:accessRights": {"@id": PUBLIC, "@type": "dcterms:RightsStatement"},
        "dcterms:accrualPeriodicity": {
            "@id": fastest(origin.source for origin in told.origins).uri,
            "@type": "dcterms:Frequency",
        },
        "dcterms:conformsTo": {"@id": STANDARD, "@type": "dcterms:Standard"},
        "dcterms:language": {"@id": LANGUAGES[LANGUAGE]},
        "dcterms:spatial": [_place(origin) for origin in told.origins],
        "dcterms:temporal": _period(told),
        "dcat:theme": [{"@id": f"{AUTHORITY}/data-theme/{theme}"} for theme in THEMES],
        "dcat:keyword": [_text(word) for word in KEYWORDS],
        "dcat:version": told.edition,
        "dcat:isVersionOf": {"@id": publication.uri},
        **_previous(told),
        "dcat:contactPoint": {
            "@type": "vcard:Kind",
            "vcard:fn": publication.publisher,
            "vcard:hasEmail": {"@id": f"mailto:{publication.contact}"},
        },
        "dcat:landingPage": {"@id": publication.uri, "@type": "foaf:Document"},
        "dcterms:source": [{"@id": _origin_id(origin)} for origin in told.origins],
        "prov:wasDerivedFrom": [_origin(origin) for origin in told.origins],
        "dcat:distribution": [_distribution(told, file) for file in told.data],
    }


def _distribution(told: Description, file: File) -> dict[str, Any]:
    address = told.address(file.path)
    plain = file.path.removesuffix(GZIPPED)
    kind = next((code for ending, code in FILE_TYPES.items() if plain.endswith(ending)), "")
    found: dict[str, Any] = {
        "@id": f"{address}#distribution",
        "@type": "dcat:Distribution",
        "dcterms:title": _text(file.path),
        "dcterms:description": _text(file.about),
        "dcat:accessURL": {"@id": address},
        "dcat:downloadURL": {"@id": address},
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(file.bytes)},
        "dcat:mediaType": {"@id": f"{MEDIA_TYPES}{file.format.media_type}"},
        "dcterms:license": {"@id": told.publication.licence_url},
        "dcterms:issued": _moment(told),
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": file.sha256},
        },
    }
    if kind:
        found["dcterms:format"] = {"@id": f"{AUTHORITY}/file-type/{kind}"}
    if plain != file.path:
        found["dcat:compressFormat"] = {"@id": f"{MEDIA_TYPES}application/gzip"}
    if plain.endswith(("releases.jsonl", "package.json")):
        found["dcterms:conformsTo"] = {"@id": STANDARD, "@type": "dcterms:Standard"}
    return found


def _previous(told: Description) -> Mapping[str, Any]:
    if not told.previous:
        return {}
    return {"dcat:previousVersion": {"@id": f"{told.publication.uri}/{told.previous}"}}


def _publisher(told: Description) -> dict[str, Any]:
    name = told.publication.publisher
    return {"@id": f"{told.publication.uri}#publisher", "@type": "foaf:Agent", "foaf:name": name}


def _origin_id(origin: Origin) -> str:
    return f"{origin.source.policy_url}#{origin.source.id}"


def _origin(origin: Origin) -> dict[str, Any]:
    source = origin.source
    return {
        "@id": _origin_id(origin),
        "@type": ["dcat:Dataset", "prov:Entity"],
        "dcterms:title": _text(source.title),
        "dcterms:description": _text(source.coverage),
        "dcterms:license": {"@id": source.licence_url},
        "dcterms:publisher": {
            "@id": source.publisher_uri,
            "@type": "foaf:Agent",
            "foaf:name": source.publisher,
        },
    }


def _place(origin: Origin) -> dict[str, Any]:
    code = origin.source.jurisdiction
    uri = country_uri(code)
    known = {"@id": uri} if uri and "-" not in code else {}
    return {
        **known,
        "@type": "dcterms:Location",
        "dcterms:identifier": code,
        "dcterms:title": _text(name_of(code)),
    }


def _period(told: Description) -> dict[str, Any]:
    return {
        "@type": "dcterms:PeriodOfTime",
        "dcat:startDate": _date_time(f"{told.span.start:%FT%TZ}"),
        "dcat:endDate": _date_time(f"{told.span.end:%FT%TZ}"),
    }


def _moment(told: Description) -> dict[str, str]:
    return _date_time(f"{told.issued:%FT%TZ}")


def _date_time(text: str) -> dict[str, str]:
    return {"@type": "xsd:dateTime", "@value": text}


def _text(text: str) -> dict[str, str]:
    return {"@language": LANGUAGE, "@value": text}
