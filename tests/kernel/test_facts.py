"""Facts files are read strictly: what is wrong is told by file and key."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import pytest

from extractors.loader import FOLDER as SOURCES
from kernel import ConfigError, Publication, Source
from kernel.facts import read_facts
from publish.loader import FOLDER as PUBLICATIONS


@dataclass(frozen=True, kw_only=True)
class Inner:
    day: date
    step: timedelta = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Facts:
    id: str
    title: str
    count: int
    share: float
    wide: bool
    kind: Literal["one", "two"]
    words: tuple[str, ...]
    inner: Inner
    limit: int | None = None
    kinds: tuple[Literal["one", "two"], ...] = ()


LINES = {
    "title": '"Ünicode"',
    "count": "3",
    "share": "0.5",
    "wide": "true",
    "kind": '"two"',
    "words": '["a", "b"]',
    "inner": "{ day = 2026-08-10, step = '6h' }",
}


@pytest.fixture
def read(tmp_path):
    def read(**lines):
        told = {key: text for key, text in (LINES | lines).items() if text is not None}
        path = tmp_path / "some.toml"
        path.write_text("".join(f"{key} = {text}\n" for key, text in told.items()), "utf-8")
        return read_facts(path, Facts, id="some")

    return read


@pytest.fixture
def refused(read, tmp_path):
    def refused(message, **lines):
        with pytest.raises(ConfigError, match=message) as caught:
            read(**lines)
        assert caught.value.path == str(tmp_path / "some.toml")

    return refused


def test_every_kind_of_value_is_read(read):
    assert read() == Facts(
        id="some",
        title="Ünicode",
        count=3,
        share=0.5,
        wide=True,
        kind="two",
        words=("a", "b"),
        inner=Inner(day=date(2026, 8, 10), step=timedelta(hours=6)),
    )


def test_what_is_left_out_has_its_default(read):
    facts = read(inner="{ day = 2026-08-10 }")
    assert (facts.limit, facts.kinds, facts.inner.step) == (None, (), timedelta(hours=1))


def test_an_optional_value_is_read_if_it_is_there(read):
    facts = read(limit="7", kinds='["two", "one"]')
    assert (facts.limit, facts.kinds) == (7, ("two", "one"))


def test_a_whole_number_may_stand_for_a_float(read):
    share = read(share="2").share
    assert (share, type(share)) == (2.0, float)


@pytest.mark.parametrize(
    ("text", "step"),
    [("1s", 1), ("90s", 90), ("10m", 600), ("6h", 21_600), ("7d", 604_800)],
)
def test_durations(read, text, step):
    inner = read(inner=f"{{ day = 2026-08-10, step = '{text}' }}").inner
    assert inner.step == timedelta(seconds=step)


@pytest.mark.parametrize("key", list(LINES))
def test_a_missing_key_is_named(refused, key):
    refused(f"missing key {key}: add it", **{key: None})


def test_a_missing_key_of_a_table_is_named(refused):
    refused("missing key inner.day: add it", inner="{ step = '6h' }")


def test_an_unknown_key_is_named_beside_the_known_ones(refused):
    refused("unknown key titel: the known keys are title, count, .*kinds", titel='"x"')
    refused(
        "unknown key inner.stop: the known keys are day, step",
        inner="{ day = 2026-08-10, stop = 1 }",
    )


def test_what_comes_from_elsewhere_is_no_key_of_the_file(refused):
    refused("unknown key id:", id='"another"')


@pytest.mark.parametrize(
    ("key", "text", "wanted"),
    [
        ("title", "3", "3 is not of type str"),
        ("count", '"3"', "'3' is not of type int"),
        ("count", "3.0", "3.0 is not of type int"),
        ("count", "true", "True is not of type int"),
        ("limit", '"3"', "'3' is not of type int"),
        ("share", "true", "True is not of type float"),
        ("share", '"0.5"', "'0.5' is not of type float"),
        ("share", "nan", "nan is not"),
        ("share", "inf", "inf is not"),
        ("wide", "1", "1 is not of type bool"),
        ("kind", '"three"', "'three' is not one of 'one', 'two'"),
        ("kind", "[]", "[] is not one of 'one', 'two'"),
        ("kinds", '["one", "three"]', "'three' is not one of 'one', 'two'"),
        ("words", '"a"', "'a' is not of type tuple"),
        ("words", "[1]", "1 is not of type str"),
        ("inner", "3", "3 is not of type Inner"),
        ("inner", "[]", "[] is not of type Inner"),
    ],
)
def test_a_mistyped_value_is_named(refused, key, text, wanted):
    refused(f"key {key}: {re.escape(wanted)}", **{key: text})


@pytest.mark.parametrize(
    "text", ["'2026-08-10'", "2026-08-10T00:00:00", "2026-08-10T00:00:00Z", "10:00:00", "20260810"]
)
def test_a_date_is_a_date_alone(refused, text):
    refused("key inner.day: .* is not of type date", inner=f"{{ day = {text} }}")


@pytest.mark.parametrize(
    "text",
    [*("'6'", "'h'", "'0h'", "'06h'", "'-6h'", "'6 h'", "'6h '", "'6w'", "'1.5h'", "''", "6"),
     "'6h\\u0660'", "'٦h'", "'999999999999d'"],
)  # fmt: skip
def test_what_is_no_duration_is_refused(refused, text):
    inner = f"{{ day = 2026-08-10, step = {text} }}"
    refused("key inner.step: .* is not a duration such as '6h' .units s, m, h, d.", inner=inner)


@pytest.mark.parametrize("data", [b"title = ", b"title = 'a'\ntitle = 'b'\n", b"\xff\xfe", b"= 1"])
def test_what_is_not_toml_is_refused(tmp_path, data):
    path = tmp_path / "some.toml"
    path.write_bytes(data)
    with pytest.raises(ConfigError, match="cannot read the facts") as caught:
        read_facts(path, Facts, id="some")
    assert caught.value.path == str(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="cannot read the facts"):
        read_facts(tmp_path / "none.toml", Facts, id="none")
    with pytest.raises(ConfigError, match="cannot read the facts"):
        read_facts(tmp_path, Facts, id="none")


@pytest.mark.parametrize(
    ("path", "cls"),
    [(path, cls) for folder, cls in ((SOURCES, Source), (PUBLICATIONS, Publication))
     for path in sorted(folder.glob("*.toml"))],
    ids=lambda value: value.stem if isinstance(value, Path) else "",
)  # fmt: skip
def test_no_key_of_the_facts_we_ship_can_be_lost_or_misspelt(tmp_path, path, cls):
    lines = path.read_text("utf-8").splitlines()
    whole = read_facts(path, cls, id=path.stem)
    for number, line in enumerate(lines):
        if "=" not in line or line.startswith(("#", "[")):
            continue
        copy = tmp_path / path.name
        misspelt = [*lines[:number], f"x{line}", *lines[number + 1 :]]
        copy.write_text("\n".join(misspelt), "utf-8")
        with pytest.raises(ConfigError, match="unknown key"):
            read_facts(copy, cls, id=path.stem)
        copy.write_text("\n".join(lines[:number] + lines[number + 1 :]), "utf-8")
        try:
            assert read_facts(copy, cls, id=path.stem) != whole, line
        except ConfigError as error:
            assert "missing key" in error.message  # noqa: PT017 (either of the two is right)


@dataclass(frozen=True, kw_only=True)
class Rule:
    path: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Ruled:
    step: timedelta | Literal["month", "year"]
    least: timedelta | None = None
    rules: tuple[Rule, ...] = ()


@pytest.fixture
def read_ruled(tmp_path):
    def read_text(text):
        path = tmp_path / "some.toml"
        path.write_text(text, "utf-8")
        return read_facts(path, Ruled)

    return read_text


@pytest.mark.parametrize(
    ("text", "step"), [("'month'", "month"), ("'year'", "year"), ("'6h'", timedelta(hours=6))]
)
def test_a_value_of_one_of_two_kinds_is_read(read_ruled, text, step):
    assert read_ruled(f"step = {text}").step == step


@pytest.mark.parametrize("text", ["'week'", "6", "true", "[]", "{}", "''"])
def test_a_value_of_neither_kind_is_refused_with_both(read_ruled, text):
    with pytest.raises(ConfigError, match=r"key step: .* is not a duration .* or one of 'month'"):
        read_ruled(f"step = {text}")


def test_tables_in_a_row_are_read_strictly(read_ruled):
    rule = "[[rules]]\npath = 'a'\nwhy = 'b'\n"
    assert read_ruled("step = '6h'\n" + rule * 2).rules == (Rule(path="a", why="b"),) * 2
    with pytest.raises(ConfigError, match=r"unknown key rules\.y"):
        read_ruled("step = '6h'\n" + rule + "y = 1\n")
    with pytest.raises(ConfigError, match=r"missing key rules\.why"):
        read_ruled("step = '6h'\n[[rules]]\npath = 'a'\n")
    with pytest.raises(ConfigError, match="key rules: 'x' is not of type Rule"):
        read_ruled("step = '6h'\nrules = ['x']\n")
