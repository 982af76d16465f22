"""Names of tables and columns from names of fields: `additionalIdentifiers` becomes
`additional_identifiers`, one of which is an `additional_identifier`.

Owns these rules. A published name never changes, so no rule may.
"""

import re

HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])| ")  # before a word begins
ENDS = (("sses", "ss"), ("ies", "y"), ("ss", "ss"), ("s", ""))  # of several, and of one


def snake(name: str) -> str:
    """A name in small letters, its words joined by `_`."""
    return re.sub("_+", "_", HUMP.sub("_", name)).lower()


def singular(name: str) -> str:
    """The name of one of what `name` is of; the same where that cannot be told by its end."""
    for many, one in ENDS:
        if name.endswith(many):
            return name.removesuffix(many) + one
    return name


def words(name: str) -> str:
    """A name as it is read."""
    return name.replace("_", " ")
