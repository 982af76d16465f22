"""Where lib-cove-ocds and we disagree on purpose: a short table, each line with its reason.

A difference that no line explains is a bug.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from libcove.lib.common import LANGUAGE_RE

from tests.validation.lib_cove_facts import Fact, place

CODES = ("closed", "open")


class Seen:
    """What a line of the table may look at: both sets of facts, and the package."""

    def __init__(self, ours: set[Fact], theirs: set[Fact], package: dict[str, Any]) -> None:
        self.ours, self.theirs = ours, theirs
        self.mistyped = {place(path) for kind, path, _ in theirs if kind == "type"}
        lists = [*_lists(package, "")]
        self.nested = {place(path) for path, found in lists if any(isinstance(e, list) for e in found)}
        self.mixed = {place(path) for path, found in lists if found and isinstance(found[0], dict)}
        self.part = any(
            path.startswith("records/") and path.endswith("/releases") and path.count("/") == 2
            and not all(isinstance(e, dict) and "id" in e for e in found)
            for path, found in lists
        )  # fmt: skip


def _lists(value: Any, path: str) -> Iterator[tuple[str, list[Any]]]:
    if isinstance(value, list):
        yield path, value
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, below in steps:
        yield from _lists(below, f"{path}/{step}" if path else str(step))


def within(path: str, places: set[str]) -> bool:
    """Whether `path` is one of `places`, or stands below one."""
    return any(f"{place(path)}/".startswith(f"{one}/") for one in places)


def name(path: str) -> str:
    return path.rpartition("/")[2]


def nameless(fact: Fact, theirs: set[Fact]) -> bool:
    return any(kind == "empty" and f"{path}/".replace("//", "/") == f"{fact[1]}/" for kind, path, _ in theirs)


class Known(NamedTuple):
    """Facts of some kinds that only one side has, where `fits` is so."""

    kinds: tuple[str, ...]
    reason: str
    fits: Callable[[Fact, Seen], bool]


ONLY_OURS = [
    Known(("uniqueItems",), "entries that are alike and have ids: they tell of the ids alone",
          lambda fact, seen: any(f[:2] == ("repeated", fact[1]) for f in seen.theirs)),
    Known(("repeated",), "they stop at the first two entries that are alike",
          lambda fact, seen: ("uniqueItems", fact[1], "") in seen.theirs),
    Known(("repeated",), "they look into no release where links and whole releases are mixed",
          lambda fact, seen: seen.part and fact[1].startswith("records/")),
    Known(CODES, "they look up no code that is empty or zero",
          lambda fact, seen: fact[2] in ("", "0", "False", "None")),
    Known(CODES, "they look up no code in a list that begins with an object",
          lambda fact, seen: fact[1] in seen.mixed),
    Known(("closed",), "an object or a list where a code should be: they tell of its type alone",
          lambda fact, seen: fact[2][:1] in ("[", "{") and within(fact[1], seen.mistyped)),
    Known(("additional",), "they take any name with an underscore and a word for a translation",
          lambda fact, seen: LANGUAGE_RE.search(name(fact[1])) is not None),
    Known(("type",), "they do not ask that a translation be text",
          lambda fact, seen: LANGUAGE_RE.search(name(fact[1])) is not None),
    Known(("additional",), "a whole release has no url: they confuse it with a link",
          lambda fact, seen: fact[1] == "records/releases/url"),
    Known(("additional", "empty", "open", "closed", "deprecated"), "they skip lists within lists",
          lambda fact, seen: within(fact[1], seen.nested)),
    Known(("empty",), "we tell of a field whose name is empty as of the object that it stands in",
          lambda fact, seen: nameless(fact, seen.theirs)),
    Known(("format",), "they let a line feed follow an address",
          lambda fact, seen: fact[2] == "uri"),
]  # fmt: skip

ONLY_THEIRS = [
    Known(CODES, "they look up what is no text, and what stands where it should not: we tell of the type",
          lambda fact, seen: within(fact[1], seen.mistyped)),
    Known(("empty",), "we tell of a field whose name is empty as of the object that it stands in",
          lambda fact, seen: f"{fact[1]}/".count("//") > 0),
    Known(CODES, "links, and releases mixed with links, have no codes by the schema but their tag",
          lambda fact, seen: seen.part and fact[1].startswith("records/releases")),
    Known(("additional", "open", "deprecated", "missing_id", "empty"),
          "a versioned release repeats what the releases say: of it we judge the structure alone",
          lambda fact, seen: place(fact[1]).startswith("records/versionedRelease/")),
    Known(("missing_id",), "entries of a list within a list: we tell of the type",
          lambda fact, seen: within(fact[1], seen.nested)),
    Known(("additional",), "they count no fields in lists within lists, so that counts differ",
          lambda fact, seen: within(fact[1], seen.nested)),
]  # fmt: skip


def unexplained(ours: set[Fact], theirs: set[Fact], package: dict[str, Any], used: set[str]) -> dict[str, list[Fact]]:
    """The facts that one side alone has and no line explains; the reasons used are added to `used`."""
    if ours == theirs:
        return {}
    seen = Seen(ours, theirs, package)
    found = {"ours": _rest(ours - theirs, ONLY_OURS, seen, used), "theirs": _rest(theirs - ours, ONLY_THEIRS, seen, used)}
    return {side: sorted(facts) for side, facts in found.items() if facts}


def _rest(facts: set[Fact], table: list[Known], seen: Seen, used: set[str]) -> list[Fact]:
    rest = []
    for fact in facts:
        reasons = {known.reason for known in table if fact[0] in known.kinds and known.fits(fact, seen)}
        used |= reasons
        if not reasons:
            rest.append(fact)
    return rest
