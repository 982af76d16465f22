"""Records as they may be published: without what the policy withholds, contact details masked.

Owns the walk, which changes a record in place. Structure stays: no row, amount or date goes. The
contacts that a process records are masked in all text of the process, too, by what they are.
"""

import re
from collections.abc import Iterable
from typing import Any

from transforms.privacy.contacts import Sought, tail, written
from transforms.privacy.kinds import HOLDS, NAMED, PROSE, SHORTEST, is_alone, kind_of, texts_in
from transforms.privacy.masks import WITHHELD, Masks
from transforms.privacy.policy import plain, policy
from transforms.privacy.takedowns import Takedowns

NUMBERED = re.compile(r"[A-Z]{3}-(?:PASSPORT|TAXID|IDCARD)")  # schemes of people: OCDS guidance
Text = tuple[Any, Any, str, int]  # what holds it, under which key, itself, and PROSE or NAMED


class Redaction:
    """Redacts records.

    Args:
        takedowns: what was asked to be taken down.

    Attributes:
        counts: how often what was done, by `field: rule`.
    """

    def __init__(self, takedowns: Takedowns) -> None:
        self.takedowns = takedowns
        self.counts: dict[str, int] = {}
        self._kinds: dict[str, int] = {}
        self._texts: list[Text] = []
        self._contacts: set[str] = set()
        self._tails: set[str] = set()
        self._persons: dict[str, str] = {}
        self._names: set[str] = set()

    def count(self, field: str, rule: str) -> None:
        """Count one thing done."""
        key = f"{field}: {rule}"
        self.counts[key] = self.counts.get(key, 0) + 1

    def record(self, record: dict[str, Any]) -> Masks:
        """Redact the compiled release and the releases of a record; the masks of its texts."""
        releases = [envelope["release"] for envelope in record["releases"]]
        return self.releases(record["ocid"], [record["compiled"], *releases])

    def releases(self, ocid: Any, releases: Iterable[Any]) -> Masks:
        """Redact releases of the process `ocid`; the masks of its texts."""
        self._texts, self._persons, self._names = [], {}, set()
        self._contacts, self._tails = set(), set()
        for release in releases:
            self._any(release, PROSE)
        secrets = self._persons | dict(self.takedowns.values)
        longest = dict(sorted(secrets.items(), key=lambda pair: (-len(pair[0]), pair[0])))
        sought = Sought([c for c in self._contacts if not self._named(c)], self._tails)
        whole = ocid in self.takedowns.ocids
        masks = Masks(self.count, longest, sought, self._named, all_text=whole)
        self._mask(masks)
        return masks

    def _mask(self, masks: Masks) -> None:
        wanted = [
            masks.needed(dict.fromkeys(text[2] for text in self._texts if text[3] == kind), kind)
            for kind in (PROSE, NAMED)
        ]
        clear: list[set[str]] = [set(), set()]  # the same texts stand in several releases
        for holder, key, text, kind in self._texts:
            look = wanted[kind]
            if look is None or text in clear[kind]:
                continue
            field = key if isinstance(key, str) else "text"
            masked = masks.text(text, kind, field, look)
            if masked != text:
                holder[key] = masked
            else:
                clear[kind].add(text)

    def _any(self, value: Any, kind: int) -> None:
        """Walk through what a field of `kind` holds; gather its texts."""
        if isinstance(value, dict):
            self._object(value)
        elif isinstance(value, list):
            for place, item in enumerate(value):
                if isinstance(item, str):
                    if len(item) >= SHORTEST:
                        self._texts.append((value, place, item, kind))
                else:
                    self._any(item, kind)

    def _object(self, item: dict[str, Any]) -> None:
        held: list[str] = []
        kinds = self._kinds
        for key, value in item.items():
            kind = kinds.get(key, -1)
            if kind < 0:
                kind = kinds[key] = kind_of(key)
            if kind == HOLDS:
                held.append(key)
            elif isinstance(value, str):
                if len(value) >= SHORTEST:
                    self._texts.append((item, key, value, kind))
            elif isinstance(value, (dict, list)):
                self._any(value, kind)
        if "name" in item:
            self._organization(item)
        for key in held:
            self._withhold(item, key)

    def _withhold(self, item: dict[str, Any], key: str) -> None:
        """Take a field away but for what the policy keeps of it."""
        of, value = policy().holders.get(plain(key), ""), item[key]
        keep = policy().kept.get(of, frozenset())
        entries = value if isinstance(value, list) else [value]
        left = [found for entry in entries if (found := self._entry(entry, key, keep))]
        if not left:
            del item[key]
        else:
            item[key] = left if isinstance(value, list) else left[0]

    def _entry(self, entry: Any, key: str, keep: frozenset[str]) -> dict[str, Any] | None:
        if not isinstance(entry, dict):
            if entry not in (None, "", [], {}):
                self.count(key, "withheld")
                self._contact([entry])
            return None
        kept = {name: value for name, value in entry.items() if name in keep}
        for name in entry:
            if name not in keep and entry[name] not in (None, "", [], {}):
                self.count(f"{key}/{name}", "withheld")
        self._contact(value for name, value in entry.items() if name not in keep)
        self._any(kept, PROSE)
        return kept

    def _contact(self, values: Iterable[Any]) -> None:
        """Remember the texts of a contact by which it could be found elsewhere."""
        for text in texts_in(values):
            self._contacts.update(written(text))
            if found := tail(text):
                self._tails.add(found)

    def _organization(self, item: dict[str, Any]) -> None:
        """What has a name: a person where the data say so, and taken down where that is asked."""
        name = item["name"]
        if isinstance(name, str):
            self._names.add(name.casefold())
            if is_alone(item, name):
                self._at_home(item)
        self._numbered(item)
        if item.get("id") in self.takedowns.parties:
            self._taken_down(item)

    def _at_home(self, item: dict[str, Any]) -> None:
        """Withhold a home; the fields stay, so that no table has a row less."""
        address = item.get("address")
        for field in ("streetAddress", "postalCode"):
            if isinstance(address, dict) and address.get(field):
                address[field] = WITHHELD
                self.count(f"address/{field}", "natural person")

    def _numbered(self, item: dict[str, Any]) -> None:
        """Replace the number of a person's document wherever it stands in the process."""
        others = item.get("additionalIdentifiers")
        for one in [item.get("identifier"), *(others if isinstance(others, list) else ())]:
            if isinstance(one, dict) and NUMBERED.fullmatch(str(one.get("scheme"))):
                self._at_home(item)
                number = one.get("id")
                if isinstance(number, str) and number:
                    self._persons.setdefault(number, f"person-{len(self._persons) + 1}")
                elif number is not None:
                    del one["id"]
                    self.count("identifier/id", "natural person")

    def _taken_down(self, item: dict[str, Any]) -> None:
        """Leave of a party what it is counted by."""
        for text in texts_in([item["name"], _legal_name(item)]):
            if len(text) >= SHORTEST:
                self._persons[text] = WITHHELD
        for key in [*item]:
            if key not in ("id", "roles", "name", "details"):
                del item[key]
        item["name"] = WITHHELD
        details = item.get("details")
        if isinstance(details, dict):
            item["details"] = {key: details[key] for key in ("scale",) if key in details}
        self.count("party", "takedown")

    def _named(self, found: str) -> bool:
        """Whether an organization of the process has that name, or has it in its name."""
        text = found.casefold()
        return any(text in name for name in self._names)


def _legal_name(item: dict[str, Any]) -> Any:
    identifier = item.get("identifier")
    return identifier.get("legalName") if isinstance(identifier, dict) else None
