"""Every key of a source's facts is read, and whatever is wrong is told by file and key."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from extractors import loader
from extractors.paging import STRATEGIES
from extractors.windows import first_url, plan
from kernel import ConfigError, Source, Window

SHIPPED = sorted(loader.FOLDER.glob("*.toml"))
FACTS = (loader.FOLDER / "find_a_tender.toml").read_text("utf-8")
KEYS = re.findall(r"^(\[\w+\]|\w+)", FACTS, re.MULTILINE)
DEFAULTED = {"repairs", "page_size", "narrowest"}
WRONG = {
    "strategy": '"guess"',
    "interval": '"10"',
    "retry_on": '["429"]',
    "retry_after": "true",
    "page_size": "100.0",
    "deadline": '"60 s"',
    "first": '"2021-01-01"',
    "step": '"6 hours"',
    "narrowest": '"fortnight"',
    "relook": '"0d"',
    "repairs": '["whatever"]',
    "format": '"csv"',
}
ReadFacts = Callable[[str], Source]


@pytest.fixture
def read(tmp_path: Path) -> ReadFacts:
    def read_text(text: str) -> Source:
        path = tmp_path / "somewhere.toml"
        path.write_text(text, "utf-8")
        return loader.read(path)

    return read_text


def with_line(key: str, line: str) -> str:
    """The shipped facts with the line of `key` replaced."""
    return re.sub(rf"^{key}\s*=.*$", lambda _: line, FACTS, count=1, flags=re.MULTILINE)


def plain_keys() -> list[str]:
    return [key for key in KEYS if not key.startswith("[")]


def full_name(key: str) -> str:
    table = next(k for k in reversed(["", *KEYS[: KEYS.index(key)]]) if k == "" or k[0] == "[")
    return f"{table.strip('[]')}.{key}".lstrip(".")


def refused(read: ReadFacts, text: str, key: str) -> ConfigError:
    with pytest.raises(ConfigError, match=rf"key {re.escape(key)}\b") as caught:
        read(text)
    assert caught.value.path.endswith("somewhere.toml")
    assert "somewhere.toml" in str(caught.value)
    return caught.value


def test_the_facts_file_is_read_under_its_own_name(read: ReadFacts) -> None:
    assert read(FACTS).id == "somewhere"


@pytest.mark.parametrize("key", [key for key in plain_keys() if key not in DEFAULTED])
def test_a_missing_key_is_named(read: ReadFacts, key: str) -> None:
    error = refused(read, with_line(key, ""), full_name(key))
    assert error.message.startswith("missing key")


@pytest.mark.parametrize("key", plain_keys())
def test_a_misspelt_key_is_named(read: ReadFacts, key: str) -> None:
    line = re.search(rf"^{key}\s*=.*$", FACTS, re.MULTILINE)
    assert line
    error = refused(read, with_line(key, f"x{line[0]}"), full_name(key).replace(key, f"x{key}"))
    assert error.message.startswith("unknown key")


@pytest.mark.parametrize("key", plain_keys())
def test_a_mistyped_key_is_named(read: ReadFacts, key: str) -> None:
    refused(read, with_line(key, f"{key} = {WRONG.get(key, '17')}"), full_name(key))


@pytest.mark.parametrize("table", ["fetch", "window"])
def test_a_table_must_be_there_and_be_a_table(read: ReadFacts, table: str) -> None:
    head, found, tail = FACTS.partition(f"[{table}]")
    assert found
    rest = tail[tail.find("\n[") + 1 :] if "\n[" in tail else ""
    refused(read, head + rest, table)
    refused(read, f"{table} = 5\n{head}{rest}", table)


def test_an_unknown_table_is_named(read: ReadFacts) -> None:
    refused(read, FACTS + "\n[paging]\nsize = 3\n", "paging")


@pytest.mark.parametrize(
    "zone", ["Europe/Londno", "", "Europe", "../etc/passwd", "BST+1", "x" * 300]
)
def test_a_clock_must_be_a_time_zone(read: ReadFacts, zone: str) -> None:
    refused(read, with_line("clock", f'clock = "{zone}"'), "fetch.clock")


@pytest.mark.parametrize(
    "url",
    [
        "http://www.example.org/api?from={start}&to={end}",
        "ftp://www.example.org/api?from={start}&to={end}",
        "www.example.org/api?from={start}&to={end}",
        "https:///api?from={start}&to={end}",
        "https://[::1/api?from={start}&to={end}",
        "https://www.example.org/api?from={start}&to={end}&page={page}",
        "https://www.example.org/api?from={}&to={end}",
        "https://www.example.org/api?from={start.year}&to={end}",
        "https://www.example.org/api?from={start:>40}&to={end}",
        "https://www.example.org/api?from={start!r}&to={end}",
        "https://www.example.org/api?from={start}&to={end",
        "https://www.example.org/api?from=start}&to={end}",
    ],
)
def test_an_address_is_https_with_known_placeholders(read: ReadFacts, url: str) -> None:
    refused(read, with_line("url", f'url = "{url}"'), "fetch.url")


def test_what_is_no_toml_is_told_by_its_file(read: ReadFacts) -> None:
    with pytest.raises(ConfigError, match=r"somewhere\.toml"):
        read(FACTS + "\n= 3\n")


def test_an_unknown_source_is_told_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"'find-a-tender'.*find_a_tender"):
        loader.load("find-a-tender")


@pytest.mark.parametrize("name", ["../sources/find_a_tender", "", "."])
def test_only_names_of_files_in_the_folder_are_sources(name: str) -> None:
    with pytest.raises(ConfigError):
        loader.load(name)


def test_every_facts_file_is_loaded() -> None:
    assert SHIPPED
    assert [source.id for source in loader.load_all()] == [path.stem for path in SHIPPED]


@pytest.mark.parametrize("source", loader.load_all(), ids=lambda source: source.id)
def test_a_shipped_source_makes_sense(source: Source) -> None:
    told = tomllib.loads((loader.FOLDER / f"{source.id}.toml").read_text("utf-8"))
    assert set(told) <= {field.name for field in fields(Source)}
    assert source.fetch.strategy in {*STRATEGIES, "bulk", "files"}
    assert source.fetch.interval > 0
    assert source.fetch.page_size > 0 or source.fetch.strategy != "next_link"
    assert set(source.fetch.retry_on) >= {429, 503}
    assert len((loader.FOLDER / f"{source.id}.toml").read_text("utf-8").splitlines()) < 40
    if isinstance(source.window.step, timedelta):
        assert source.window.relook >= source.window.step
    assert ZoneInfo(source.fetch.clock).key == source.fetch.clock
    for address in (source.publisher_uri, source.licence_url, source.policy_url):
        assert address.startswith(("https://", "http://"))


@pytest.mark.parametrize(
    "source",
    [source for source in loader.load_all() if source.fetch.strategy != "files"],
    ids=lambda source: source.id,
)
def test_no_two_windows_of_a_source_have_one_address(source: Source) -> None:
    span = Window.parse("20240115T000000Z-20260301T000000Z")
    windows = plan(source, span)
    values = source.fetch.each or ("",)
    addresses = {first_url(source, window, each) for window in windows for each in values}
    assert len(addresses) == len(windows) * len(values)
    assert not any("{" in address for address in addresses)


def test_a_choice_is_given_exactly_if_the_address_has_one(read: ReadFacts) -> None:
    url = re.search(r'^url\s*=\s*"(.*)"$', FACTS, re.MULTILINE)
    assert url
    with_each = with_line("url", f'url = "{url[1]}&type={{each}}"')
    refused(read, with_each, "fetch.each")
    refused(read, FACTS.replace("[window]", 'each = ["1"]\n\n[window]'), "fetch.each")
    read(with_each.replace("[window]", 'each = ["1"]\n\n[window]'))


@pytest.mark.parametrize("line", ['narrowest = "7h"', 'narrowest = "0m"', "narrowest = 1"])
def test_the_narrowest_window_is_a_part_of_a_window(read: ReadFacts, line: str) -> None:
    refused(read, with_line("narrowest", line), "window.narrowest")


def test_a_window_of_the_calendar_has_no_parts(read: ReadFacts) -> None:
    refused(read, with_line("step", 'step = "month"'), "window.narrowest")


def test_certificates_lie_beside_the_facts(read: ReadFacts) -> None:
    refused(read, FACTS.replace("[window]", 'ca = "none.pem"\n\n[window]'), "fetch.ca")


def test_files_may_have_no_place_yet(read: ReadFacts) -> None:
    text = with_line("url", 'url = ""')
    refused(read, text, "fetch.url")
    text = re.sub(r"(?m)^narrowest.*$", "", text.replace('"next_link"', '"files"'))
    assert read(text).fetch.url == ""


def test_lapsed_and_excluded_are_told_in_the_facts(read: ReadFacts) -> None:
    rule = '\n[[exclude]]\npath = "buyer/name"\nequals = "X"\nreason = "test"\n'
    found = read(FACTS + rule)
    assert [(e.path, e.equals, e.reason) for e in found.exclude] == [("buyer/name", "X", "test")]
    with pytest.raises(ConfigError, match=r"unknown key exclude\.why"):
        read(FACTS + rule + 'why = "so"\n')


def test_what_is_chosen_takes_the_place_of_what_the_facts_list() -> None:
    registry = loader.load("ocp_registry")
    assert registry.choosing("128", "39").fetch.each == ("128", "39")
    assert registry.choosing() == registry
    for wrong in ("../41", "41&name=x", "", "a b"):
        with pytest.raises(ConfigError, match="cannot be chosen"):
            registry.choosing(wrong)
    with pytest.raises(ConfigError, match="nothing to choose"):
        loader.load("find_a_tender").choosing("1")
