"""What is counted while files are read: releases, those left out, and what packages say.

Owns what is kept of it for the merged file. What is told of it is `tenderline.commands`'.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from transforms.forms import is_package
from transforms.jsontext import dumps

TOLD = ("publisher", "license", "publicationPolicy")  # of a package, for a package of records


@dataclass(slots=True)
class Tally:
    """What was found: releases read, those left out and why, and what packages say.

    `unreadable` says by number of the file why it was not read to its end; `guessed` are the files
    in which a guess at where entries end proved wrong.
    """

    read: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)
    upgraded: int = 0
    repaired: int = 0
    told: dict[str, set[bytes]] = field(default_factory=dict)
    extensions: set[str] = field(default_factory=set)
    published: str = ""
    unreadable: dict[int, str] = field(default_factory=dict)
    guessed: set[int] = field(default_factory=set)

    def add(self, other: "Tally") -> None:
        """Count what another counted."""
        self.read += other.read
        self.left_out += other.left_out
        self.first = {**other.first, **self.first}
        self.upgraded += other.upgraded
        self.repaired += other.repaired
        for name, values in other.told.items():
            self.told.setdefault(name, set()).update(values)
        self.extensions |= other.extensions
        self.published = max(self.published, other.published)
        self.unreadable.update(other.unreadable)
        self.guessed |= other.guessed

    def leave_out(self, why: str, what: str) -> None:
        """Count one that is not merged."""
        self.left_out[why] += 1
        self.first.setdefault(why, what)

    def note(self, package: Any) -> None:
        """Keep what a package says of itself."""
        if not is_package(package):
            return
        for name in TOLD:
            if package.get(name):
                self.told.setdefault(name, set()).add(dumps(package[name]))
        extensions = package.get("extensions")
        if isinstance(extensions, list):
            self.extensions.update(one for one in extensions if isinstance(one, str))
        if isinstance(date := package.get("publishedDate"), str):
            self.published = max(self.published, date)
