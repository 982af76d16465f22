"""The formats of JSON Schema that the standard's fields have, where a validator's own are too lax.

Owns the reading of date-time. Addresses are left to the validator.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from functools import lru_cache

# RFC 3339, section 5.6, without leap seconds: hardly a program reads them, and no release has one.
DATE_TIME = re.compile(
    r"(\d{4})-(0[1-9]|1[0-2])-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d"
    r"(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)",
    re.ASCII | re.IGNORECASE,
)


@lru_cache(maxsize=1 << 14)  # the same few days come again and again
def date_time(text: str) -> bool:
    """Whether `text` is a date-time of RFC 3339 that the calendar has, from the year 1 on."""
    found = DATE_TIME.fullmatch(text)
    if found is None:
        return False
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    return year > 0 and 1 <= day <= monthrange(year, month)[1]


FORMATS: Mapping[str, Callable[[str], bool]] = {"date-time": date_time}
