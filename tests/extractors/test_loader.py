"""Every key of a source's facts is read, and whatever is wrong is told by file and key."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import fields
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
DEFAULTED = {"repairs"}
WRONG = {
    "strategy": '"guess"',
    "interval": '"10"',
    "retry_on": '["429"]',
    "retry_after": "true",
    "page_size": "100.0",
    "deadline": '"60 s"',
    "first": '"2021-01-01"',
    "step": '"6 hours"',
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
    assert source.fetch.strategy in STRATEGIES
    assert source.fetch.interval > 0
    assert source.fetch.page_size > 0
    assert source.window.relook >= source.window.step
    assert set(source.fetch.retry_on) >= {429, 503}
    first = Window.parse("20260301T000000Z-20260308T000000Z")
    addresses = {first_url(source, window) for window in plan(source, first)}
    assert len(addresses) == (first.end - first.start) / source.window.step
    assert ZoneInfo(source.fetch.clock).key == source.fetch.clock
    for address in (source.publisher_uri, source.licence_url, source.policy_url):
        assert address.startswith(("https://", "http://"))
