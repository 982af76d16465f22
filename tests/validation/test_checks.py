import copy
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.validation.examples import Example
from transforms.findings import Finding
from transforms.ocds.model import EVERY, model
from validation.checks.catalogue import CHECKS
from validation.checks.registry import Check
from validation.judge import Judge


def examples() -> Iterator[Example]:
    for file in sorted(Path(__file__).parent.glob("examples_*.py")):
        yield from import_module(f"tests.validation.{file.stem}").EXAMPLES


EXAMPLES = tuple(examples())


def judged(name: str, release: dict[str, Any]) -> tuple[list[int], list[Finding]]:
    judge = Judge(model(EVERY), [check for check in CHECKS if check.id == name])
    found = judge(release)
    return [*judge.results[0]], found


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_a_check_tells_its_good_example_from_its_bad_one(example: Example) -> None:
    good, bad = copy.deepcopy((example.good, example.bad))
    assert judged(example.name, good) == ([0, 1, 0], [])
    results, found = judged(example.name, bad)
    assert results == [0, 0, 1]
    assert sorted(finding.path for finding in found) == sorted(example.at)
    assert all(finding.message and finding.rule == example.name for finding in found)
    assert (good, bad) == (example.good, example.bad)  # a check changes nothing


def test_every_check_has_an_example_and_says_what_it_demands() -> None:
    assert {example.name for example in EXAMPLES} == {check.id for check in CHECKS}
    for check in CHECKS:
        assert check.demand.endswith("."), check.id
        assert check.version >= 1


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
@pytest.mark.parametrize(
    "release", [{}, {"tender": [1], "awards": {"id": 2}, "parties": "x"}], ids=repr
)
def test_a_check_survives_a_release_that_is_none(check: Any, release: dict[str, Any]) -> None:
    results, found = judged(check.id, release)
    assert sum(results) == 1
    assert not found


@pytest.mark.parametrize("check", [c for c in CHECKS if c.of], ids=lambda check: check.id)
def test_a_check_does_not_apply_without_what_it_is_of(check: Check) -> None:
    """`of` only saves the call: a check with nothing of its kind before it says so itself."""
    without = 0
    for example in EXAMPLES:
        for release in (example.good, example.bad):
            judge = Judge(model(EVERY), [replace(check, of="")])
            judge(copy.deepcopy(release))
            if not {**judge.walk.objects, **judge.walk.parts}[check.of]:
                assert judge.results[0][0] == 1
                without += 1
    assert without
