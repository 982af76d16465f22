"""Whatever JSON stands in the fields that the model names, no check raises."""

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.ocds.fields import Field
from transforms.ocds.model import EVERY, model
from validation.checks.catalogue import CHECKS
from validation.judge import Judge

MODEL = model(EVERY)
OBJECTS = 150  # in one release, as in a long notice
DATES = ["2026-08-10", "2026-08-10T10:00:00Z", "2026-01-31T00:00:00+01:00", "2027-02-01T00:00:00Z"]
TEXTS = ["1", "2", "GB-COH", "GBP", "active", "direct", "ocid", "01234567", "en", "Mill Ltd"]
USUAL = {"tender", "awards", "contracts", "parties", "suppliers", "id", "date", "status"}
USUAL |= {"value", "amount", "currency", "implementation", "transactions", "payer", "payee"}
USUAL |= {"planning", "budget", "details", "scale", "durationInDays", "startDate", "endDate"}
USUAL |= {"identifier", "scheme", "suitability", "sme", "techniques"}
USUAL |= {"name", "roles", "buyer", "awardID"}
ODD = [
    None,
    True,
    False,
    0,
    -1,
    10**400,
    1e400,
    float("nan"),
    2.5,
    "",
    " ",
    "x",
    "1",
    "1e9999",
    "active",
    "award",
    "sme",
    "GB",
    "GB-COH",
    "lightTouch",
    "2026-08-10",
    "2026-08-10T10:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "\u0660\u0661\ud800",
    [],
    {},
    [[]],
    [None, "x", 1, {}],
    {"id": [1]},
    [[{"id": {}}]],
]


class Maker:
    """Makes objects with some of the fields of their kind: what belongs there, or anything."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.odd = random.choice((0, 0.05, 0.3))  # how often a value is not of its type
        self.left = OBJECTS

    def object(self, kind: str) -> dict[str, Any]:
        self.left -= 1
        made = {}
        fields = list(MODEL.objects[kind].values())
        self.random.shuffle(fields)  # so that what stands first does not take all objects
        for field in fields:
            often = 0.9 if field.name in USUAL else 0.25
            if self.random.random() < often:
                made[field.name] = self.value(field)
        return made

    def value(self, field: Field) -> Any:
        random = self.random
        if random.random() < self.odd:
            return random.choice(ODD)
        if field.of in MODEL.objects:
            if self.left <= 0:
                return []
            found = [self.object(field.of) for _ in range(random.randint(1, 2))]
            return found if "array" in field.types else found[0]
        one = self.single(field)
        return [one] if "array" in field.types and "string" not in field.types else one

    def single(self, field: Field) -> Any:
        random = self.random
        if field.codes in MODEL.codelists:
            few = 2 if field.name == "currency" else 12  # amounts are compared within a currency
            return random.choice(sorted(MODEL.codelists[field.codes])[:few])
        if field.format == "date-time":
            return random.choice(DATES)
        if "boolean" in field.types:
            return random.random() < 0.5
        if "number" in field.types or field.types[0] == "integer":
            return random.choice((0, 1, 2, 5.5, -3, 9999999))
        return random.choice("123" if field.name in ("id", "awardID") else TEXTS)


@settings(max_examples=1500, deadline=None)
@given(st.integers(min_value=0, max_value=2**32))
def test_no_check_raises_whatever_stands_in_a_release(seed: int) -> None:
    judge = Judge(MODEL, CHECKS)
    for finding in judge(Maker(Random(seed)).object("Release")):
        assert finding.path.startswith("/")
        assert finding.message
    assert all(sum(result) == 1 for result in judge.results)


def test_the_releases_made_for_it_let_every_check_apply() -> None:
    judge = Judge(MODEL, CHECKS)
    for seed in range(1000):
        judge(Maker(Random(seed)).object("Release"))
    never = [
        check.id
        for check, (_, passed, failed) in zip(judge.checks, judge.results, strict=True)
        if not passed + failed
    ]
    assert not never, never
