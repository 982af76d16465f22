"""The places that sources cover, as other catalogues write them.

Owns the translation of a source's jurisdiction: ISO 3166-1 or -2, or UN M49 for the world.
"""

AUTHORITY = "http://publications.europa.eu/resource/authority/country/"
COUNTRIES = {"AU": ("AUS", "Australia"), "GB": ("GBR", "United Kingdom")}  # of our sources
PARTS = {"AU-NSW": "New South Wales", "GB-SCT": "Scotland", "GB-WLS": "Wales"}
WORLD = "001"  # of UN M49


def name_of(jurisdiction: str) -> str:
    """The name in English; the code itself where no name is known."""
    if jurisdiction == WORLD:
        return "World"
    country = COUNTRIES.get(jurisdiction, ("", jurisdiction))[1]
    return PARTS.get(jurisdiction, country)


def country_uri(jurisdiction: str) -> str:
    """The address of its country in the European list of countries, "" where none is known."""
    found = COUNTRIES.get(jurisdiction.partition("-")[0])
    return f"{AUTHORITY}{found[0]}" if found else ""
