"""Where lib-cove-ocds and we disagree on purpose: a short table, each line with its reason.

A difference that no line explains is a bug.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from libcove.lib.common import LANGUAGE_RE

from tests.validation.lib_cove_facts import Fact, place

CODES = ("closed", "open")
VERSIONED = "records/versionedRelease/"


class Seen:
    """What a line of the table may look at: both sets of facts, and the package."""

    def __init__(self, ours: set[Fact], theirs: set[Fact], package: dict[str, Any]) -> None:
        self.ours, self.theirs = ours, theirs
        self.package = package
        self.extended = bool(package["extensions"])
        self.mistyped = {place(path) for kind, path, _ in theirs if kind == "type"}
        lists = [*_lists(package, "")]
        self.nested = {
            place(path) for path, found in lists if any(isinstance(e, list) for e in found)
        }
        self.uneven = {
            place(path) for path, found in lists if len({isinstance(e, dict) for e in found}) > 1
        }
        self.part = any(
            path.startswith("records/") and path.endswith("/releases") and path.count("/") == 2
            and not all(isinstance(e, dict) and "id" in e for e in found)
            for path, found in lists
        )  # fmt: skip

    def value(self, path: str) -> Any:
        """What stands at `path`."""
        found: Any = self.package
        for step in path.split("/"):
            found = found[int(step) if isinstance(found, list) else step]
        return found


def _lists(value: Any, path: str) -> Iterator[tuple[str, list[Any]]]:
    if isinstance(value, list):
        yield path, value
    listed = enumerate(value) if isinstance(value, list) else ()
    steps = value.items() if isinstance(value, dict) else listed
    for step, below in steps:
        yield from _lists(below, f"{path}/{step}" if path else str(step))


def within(path: str, places: set[str]) -> bool:
    """Whether `path` is one of `places`, or stands below one."""
    return any(f"{place(path)}/".startswith(f"{one}/") for one in places)


def name(path: str) -> str:
    return path.rpartition("/")[2]


def nameless(fact: Fact, theirs: set[Fact]) -> bool:
    return any(
        kind == "empty" and f"{path}/".replace("//", "/") == f"{fact[1]}/"
        for kind, path, _ in theirs
    )


class Known(NamedTuple):
    """Facts of some kinds that only one side has, where `fits` is so."""

    kinds: tuple[str, ...]
    reason: str
    fits: Callable[[Fact, Seen], bool]


UNEXTENDED = Known(
    ("type", "required", "minItems", "minLength", "minProperties", "format", "uniqueItems", "repeated", "deprecated",
     "missing_id", *CODES),
    "they judge a versioned release by the core, whatever extensions there are",
    lambda fact, seen: seen.extended and f"{place(fact[1])}/".startswith(VERSIONED),
)  # fmt: skip
ONLY_OURS = [
    UNEXTENDED,
    Known(("uniqueItems",), "entries that are alike and have ids: they tell of the ids alone",
          lambda fact, seen: any(f[:2] == ("repeated", fact[1]) for f in seen.theirs)),
    Known(("repeated",), "they stop at the first two entries that are alike",
          lambda fact, seen: ("uniqueItems", fact[1], "") in seen.theirs),
    Known(("repeated",), "they look into no release where links and whole releases are mixed",
          lambda fact, seen: seen.part and fact[1].startswith("records/")),
    Known(("repeated",), "of a list that is versioned as a whole, they compare no ids",
          lambda fact, seen: place(fact[1]).startswith(VERSIONED) and name(fact[1]).startswith("additional")),
    Known(CODES, "they look up no code that is empty or zero",
          lambda fact, seen: fact[2] in ("", "0", "0.0", "-0.0", "False", "None")),
    Known(("repeated",), "they compare no ids in an object that stands where a list should",
          lambda fact, seen: within(fact[1], seen.mistyped)),
    Known(("deprecated", "missing_id", "ocid_prefix"), "they look into the releases of a record only where they are a list",
          lambda fact, seen: within(fact[1], {"records", "records/releases"} & seen.mistyped)),
    Known(CODES, "they go by the first entry of a list, be it a code or an object",
          lambda fact, seen: within(fact[1], seen.uneven)),
    Known(("closed",), "an object or a list where a code should be: they tell of its type alone",
          lambda fact, seen: fact[2][:1] in ("[", "{") and within(fact[1], seen.mistyped)),
    Known(("additional",), "they take any name with an underscore and a word for a translation",
          lambda fact, seen: LANGUAGE_RE.search(name(fact[1])) is not None),
    Known(("type",), "they do not ask that a translation be text",
          lambda fact, seen: LANGUAGE_RE.search(name(fact[1])) is not None),
    Known(("additional",), "a whole release has no url: they confuse it with a link",
          lambda fact, seen: fact[1] == "records/releases/url"),
    Known(("additional", "empty", "open", "closed", "deprecated", "ocid_prefix"), "they skip lists within lists",
          lambda fact, seen: within(fact[1], seen.nested) or any("//" in f"{one}/" for one in seen.nested)),
    Known(("empty",), "we tell of a field whose name is empty as of the object that it stands in",
          lambda fact, seen: nameless(fact, seen.theirs)),
    Known(("format",), "they let a line feed follow an address",
          lambda fact, seen: str(seen.value(fact[1])).endswith("\n")),
]  # fmt: skip

ONLY_THEIRS = [
    Known(CODES, "they look up what is no text, and what stands where it should not: we tell of the type",
          lambda fact, seen: within(fact[1], seen.mistyped)),
    Known(("empty",), "we tell of a field whose name is empty as of the object that it stands in",
          lambda fact, seen: f"{fact[1]}/".count("//") > 0),
    Known(CODES, "links, and releases mixed with links, have no codes by the schema but their tag",
          lambda fact, seen: seen.part and fact[1].startswith("records/releases")),
    Known(("additional", "open", "deprecated"), "a versioned release repeats fields and codes of the releases: there we tell of them",
          lambda fact, seen: f"{place(fact[1])}/".startswith(VERSIONED)),
    Known(("empty",), "of a versioned release that is no object we tell of its type alone",
          lambda fact, seen: within(fact[1], {VERSIONED[:-1]} & seen.mistyped)),
    UNEXTENDED,
    Known(("missing_id",), "entries of a list that is versioned as a whole need no id",
          lambda fact, seen: place(fact[1]).startswith(VERSIONED) and "/value/" in fact[1]),
    Known(("repeated",), "we compare no ids within a version of a list that is versioned as a whole",
          lambda fact, seen: place(fact[1]).startswith(VERSIONED) and name(fact[1]) == "value"),
    Known(("missing_id",), "of a record in place of the list of records we tell of its type, and not of its versions",
          lambda fact, seen: "records" in seen.mistyped and place(fact[1]).startswith(VERSIONED)),
    Known(("additional", "deprecated", "missing_id"), "in lists within lists we tell of the type, and counts differ",
          lambda fact, seen: within(fact[1], seen.nested)),
]  # fmt: skip


REASONS = {known.reason for known in (*ONLY_OURS, *ONLY_THEIRS)}


def unexplained(
    ours: set[Fact], theirs: set[Fact], package: dict[str, Any], used: set[str]
) -> dict[str, list[Fact]]:
    """The facts that one side alone has and no line explains; the reasons used are added to `used`."""
    if ours == theirs:
        return {}
    seen = Seen(ours, theirs, package)
    found = {
        "ours": _rest(ours - theirs, ONLY_OURS, seen, used),
        "theirs": _rest(theirs - ours, ONLY_THEIRS, seen, used),
    }
    return {side: sorted(facts) for side, facts in found.items() if facts}


def _rest(facts: set[Fact], table: list[Known], seen: Seen, used: set[str]) -> list[Fact]:
    rest = []
    for fact in facts:
        reasons = {
            known.reason for known in table if fact[0] in known.kinds and known.fits(fact, seen)
        }
        used |= reasons
        if not reasons:
            rest.append(fact)
    return rest
