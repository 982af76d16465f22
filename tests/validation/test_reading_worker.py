"""Batches judged: text that is no JSON or no I-JSON, and every other oddity of a value."""

import json
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.made import award_release, package, release
from validation.checks.catalogue import CHECKS
from validation.reading import breaches, wellformed, worker
from validation.reading.feed import Batch, Guessed
from validation.reading.outcome import Outcome
from validation.reading.reader import deep_enough
from validation.reading.wellformed import duplicates, may_repeat, names_of, value_of
from validation.reading.worker import Worker

NONE: frozenset[str] = frozenset()
KEYS = ["path", "place", "check", "version", "severity", "ocid", "id", "value", "message"]
Row = dict[str, Any]


def outcome(*texts: bytes, kind: Any = "document", first: bool = True) -> Outcome:
    return Worker(CHECKS)(Batch(kind, 0, list(texts), first), NONE)


def rows(*texts: bytes, kind: Any = "document", first: bool = True) -> list[Row]:
    found = [
        (entry, json.loads(row)) for entry, row in outcome(*texts, kind=kind, first=first).rows
    ]
    assert all(list(row) == KEYS for _, row in found)
    return [{"entry": entry, **row} for entry, row in found]


def told(found: list[Row], of: str = "wellformed.") -> list[tuple[int, str, str]]:
    return [
        (row["entry"], row["path"], row["check"].removeprefix(of))
        for row in found
        if row["check"].startswith(of)
    ]


def one(body: str) -> bytes:
    """A release with `body` for the amount of its award."""
    return orjson.dumps(award_release(amount=4711)).replace(b"4711", body.encode())


def test_good_values_have_no_findings_whatever_holds_them() -> None:
    good = orjson.dumps(award_release())
    for texts, kind in (
        ([good], "document"),
        ([good, b"", good], "line"),
        ([good + b"," + good], "array"),
    ):
        assert not [row for row in rows(*texts, kind=kind) if row["severity"] != "info"]


@pytest.fixture(autouse=True)
def _deep_enough() -> Iterator[None]:
    with deep_enough():
        yield


def test_an_infinite_number_far_down() -> None:
    found = told(rows(one('{"a":' * 1010 + "NaN" + "}" * 1010)))
    path = (AMOUNT + "/a" * 1010)[:1000]  # longer ones are cut
    assert found == [(0, path, "infinite_numbers"), (0, "", "too_deep")]


AMOUNT = "/awards/0/value/amount"


@pytest.mark.parametrize(
    ("body", "path", "what"),
    [
        ("NaN", AMOUNT, "infinite_numbers"),
        ("Infinity", AMOUNT, "infinite_numbers"),
        ("-Infinity", AMOUNT, "infinite_numbers"),
        ("1e400", AMOUNT, "infinite_numbers"),
        ("-1E+99999999999999999999", AMOUNT, "infinite_numbers"),
        ("0012", "", "leading_zeros"),
        ("-01", "", "leading_zeros"),
        ("1 000 000", "", "grouped_digits"),
        ('"\\ud800"', "", "lone_surrogates"),
        ('1, "\\udc00": 2', "", "lone_surrogates"),
        ('1, "amount": 2', AMOUNT, "duplicate_name"),
        ('1, "amount" : 2', AMOUNT, "duplicate_name"),
        ('1, "amount"\n:\t2', AMOUNT, "duplicate_name"),
        ('1, "am\\u006funt": 2', AMOUNT, "duplicate_name"),
        ('1, "\\\\": 2, "amount": 3', AMOUNT, "duplicate_name"),
        ('1, "\\\\":2,"amount" :3', AMOUNT, "duplicate_name"),
        ('1, "a": "\\":", "a": 2', "/awards/0/value/a", "duplicate_name"),
        ('1, "x~y/z": 1, "x~y/z": 2', "/awards/0/value/x~0y~1z", "duplicate_name"),
        ("10E308", AMOUNT, "infinite_numbers"),
        ("1" * 310, AMOUNT, "infinite_numbers"),
        ("-" + "1" * 4301, AMOUNT, "infinite_numbers"),
        ("01" + "1" * 10_000 + ".5", AMOUNT, "infinite_numbers"),
        ("1.", "", "unreadable"),
        (".5", "", "unreadable"),
        ("+1", "", "unreadable"),
        ("'1'", "", "unreadable"),
        ("tru", "", "unreadable"),
        ("", "", "unreadable"),
        ("1,", "", "unreadable"),
        ('"\n"', "", "unreadable"),
        ('"\\x"', "", "unreadable"),
        ("[" * 2000 + "]" * 2000, "", "unreadable"),
        ("[" * 300 + "]" * 300, "", "too_deep"),
        ('{"a":' * 1000 + "1" + "}" * 1000, "", "too_deep"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["document", "line", "releases", "array", "package"])
def test_text_that_is_no_i_json_is_told_with_its_place(
    body: str, path: str, what: str, kind: str
) -> None:
    """And it alone: the values before and behind it are judged."""
    good, bad = orjson.dumps(release(1)), one(body)
    if kind == "package":
        found = rows(package().replace(b"[]", b"[" + b",".join([good, bad, good]) + b"]"))
        assert [told_[1:] for told_ in told(found)] == [
            (f"/releases/1{path}" if path or what not in MENDED else "", what)
        ]
        assert (2, "/releases/2") in [
            (2, row["path"]) for row in found if row["check"] == "conformance.repeated_release"
        ]
        return
    texts = [good, bad, good] if kind in ("document", "line") else [b",".join([good, bad, good])]
    found = rows(*texts, kind=kind)
    assert told(found) == [(1, path, what)]
    assert len(outcome(*texts, kind=kind).identities) == 2 + (what != "unreadable")


MENDED = (
    "leading_zeros",
    "grouped_digits",
    "lone_surrogates",
    "invalid_utf8",
)  # told of a document


@pytest.mark.parametrize(
    "body",
    [
        "-0",
        "1E+2",
        "1e-400",
        "0.1e1",
        "18446744073709551616",
        "123456789012345678901234567890",
        "1.0000000000000000001",
        "9" * 308,
        "0." + "1" * 4301,
    ],
)
def test_numbers_that_are_json_are_taken(body: str) -> None:
    assert told(rows(one(body))) == []


def test_latin_1_bytes_are_told_and_the_rest_is_judged() -> None:
    bad = json.dumps(release(2, tender={"id": "1", "title": "Caf\xe9"}), ensure_ascii=False).encode(
        "latin-1"
    )
    found = rows(bad, orjson.dumps(release(1)))
    assert told(found) == [(0, "", "invalid_utf8")]
    assert len(outcome(bad, orjson.dumps(release(1))).identities) == 2


def test_a_repair_names_the_release_it_is_in() -> None:
    body = package(release(1), release(2, x=4711)).replace(b"4711", b"NaN")
    found = [row for row in rows(body) if row["check"] == "wellformed.infinite_numbers"]
    assert [(row["path"], row["ocid"]) for row in found] == [("/releases/1/x", release(2)["ocid"])]


@pytest.mark.parametrize("separator", ["", " ", ",,", ", ,"])
def test_commas_between_entries(separator: str) -> None:
    text = separator.join(json.dumps(release(n)) for n in range(3)).encode()
    assert told(rows(text, kind="releases")) == [(1, "", "commas"), (2, "", "commas")]
    assert len(outcome(text, kind="releases").identities) == 3


@pytest.mark.parametrize(
    ("text", "first", "at"),
    [
        (b"{},", True, 1),
        (b",{}", True, 0),
        (b"{}", False, 0),
        (b",", False, 0),
        (b" , {} , ", False, 1),
    ],
)
def test_commas_at_the_ends(text: bytes, first: bool, at: int) -> None:
    assert told(rows(text, kind="releases", first=first)) == [(at, "", "commas")]


def test_no_commas_are_missed_where_batches_meet() -> None:
    assert told(rows(b" , {}\n", kind="releases", first=False)) == []
    assert told(rows(b" \n", kind="releases", first=False)) == []


def test_lines_that_only_together_are_json_are_not() -> None:
    assert told(rows(b"[1", b"2]", b"3,4", kind="line")) == [
        (n, "", "unreadable") for n in range(3)
    ]


def test_a_batch_that_was_cut_within_a_value_was_guessed() -> None:
    for text in (b'{"a": [1', b'{"a": 1}]', b'{"a": "x'):
        with pytest.raises(Guessed):
            outcome(text, kind="releases")


def test_blank_lines_count_as_lines() -> None:
    found = outcome(
        b"", b'{"ocid": "a", "id": "1"}', b" \r", b'{"ocid": "b", "id": "2"}', kind="line"
    )
    assert [identity[0] for identity in found.identities] == [1, 3]


def test_a_package_that_is_no_json_is_judged_release_by_release() -> None:
    good = [json.dumps(release(n)) for n in range(4)]
    body = (
        '{"version": "2.0", "releases": ['
        + ", ".join([good[0], '{"ocid": tru}', good[2], good[2]])
        + '], "uri": NaN}'
    )
    found = rows(body.encode())
    assert told(found) == [(0, "/releases/1", "unreadable"), (0, "/uri", "infinite_numbers")]
    checks = {(row["path"], row["check"]) for row in found}
    assert checks >= {
        ("/releases/3", "conformance.repeated_release"), ("/releases", "structure.uniqueItems"),
        ("/version", "package.version"), ("", "structure.required"),
    }  # fmt: skip
    assert all(row["entry"] == 0 for row in found)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"releases": [{} {}]}', [("/releases/1", "commas")]),
        (b'{"releases": [{},]}', [("/releases/1", "commas")]),
        (b'{"releases": [{}], }', [("", "unreadable")]),
        (b'{"uri" "x", "releases": [{}]}', [("", "unreadable")]),
        (b'{"releases": [{}]]', [("", "unreadable")]),
        (b'{"releases": [{}}}', [("", "unreadable")]),
        (b'{"records": [{"ocid": 01}], "x": 02}', [("", "leading_zeros"), ("", "leading_zeros")]),
        (b'[{"a": tru}, {}]', [("/0", "unreadable")]),
        (b"[{}, 01]", [("", "leading_zeros")]),
        (b'{"compiledRelease": {}, "releases": [tru]}', [("", "unreadable")]),
        (b'{"releases": {"a": tru}}', [("", "unreadable")]),
    ],
)  # fmt: skip
def test_what_is_wrong_around_and_between_entries(body: bytes, expected: Any) -> None:
    assert [(path, what) for _, path, what in told(rows(body))] == expected


def test_a_text_without_end_takes_no_time() -> None:
    text = b'{"a": "' + b'\\"' * 200_000  # each of these quotes might begin a string
    assert told(rows(text, kind="line")) == [(0, "", "unreadable")]


def test_a_value_too_large_is_told_and_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wellformed, "MOST", 5)
    monkeypatch.setattr(worker, "MOST", 5)
    large, good = b'{"x": [1,2,3,4,5,6,7]}', b'{"ocid": "a"}'
    assert told(rows(large)) == [(0, "", "too_large")]
    assert told(rows(large + b"," + good, kind="releases")) == [(0, "", "too_large")]
    assert told(rows(b'{"releases": [' + b",".join([good] * 9) + b"]}")) == []


def test_the_breaches_of_a_value_are_listed_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaches, "MOST", 30)
    monkeypatch.setattr(worker, "LISTED", 30)
    bad = release(tender={"id": "1", "items": [{} for _ in range(500)]})
    found = rows(orjson.dumps(bad))
    assert told(found) == [(0, "", "too_many")]
    assert 10 < len([row for row in found if row["check"] == "structure.required"]) <= 30
    good = release(tender={"id": "1", "items": [{"id": str(n)} for n in range(500)]})
    assert told(rows(orjson.dumps(good))) == []


@given(st.data())
def test_no_repeated_name_is_missed(data: st.DataObject) -> None:
    """However names are written: with blanks, escapes, quotes, backslashes."""
    names = st.sampled_from(["a", "b", "\\", '"', '":', '\\":', " :", "é"])

    def write(found: list[tuple[str, str]]) -> str:
        colon = data.draw(st.sampled_from([":", " : ", "\n:"]))
        return "{" + ",".join(json.dumps(name) + colon + value for name, value in found) + "}"

    inner = st.recursive(
        st.sampled_from(['"\\\\"', '"\\":"', '" :"', "1", '"\\\\\\":"', '"x\\" :"']),
        lambda deeper: st.lists(st.tuples(names, deeper), max_size=4).map(write) | st.lists(deeper, max_size=3).map(lambda found: f"[{','.join(found)}]"),
        max_leaves=8,
    )  # fmt: skip

    text = data.draw(inner).encode()
    pairs: list[int] = []
    json.loads(
        text,
        object_pairs_hook=lambda found: pairs.append(len(found) - len(dict(found))) or dict(found),
    )
    if any(pairs):
        assert may_repeat(text, names_of(orjson.loads(text)))
        assert duplicates(text)
    else:
        assert duplicates(text) == []


def test_ordinary_text_gives_no_alarm() -> None:
    text = orjson.dumps([award_release(), {"a": 'he said: "a": b'}])
    assert not may_repeat(text, names_of(orjson.loads(text)))
    assert not may_repeat(json.dumps(award_release(), indent=2).encode(), names_of(award_release()))


names = st.sampled_from(["ocid", "id", "date", "tag", "tender", "awards", "releases", "records", "compiledRelease", "versionedRelease",
                         "extensions", "version", "publisher", "publishedDate", "packages", "parties", "items", "value", "amount", "0", "", "x/~y", "url"])  # fmt: skip
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=9),
                    st.sampled_from(["", " ", "ocds-213czf-1", "2026-03-01T00:00:00Z", "1.1", "https://x.org/extension.json", "GBP"]))  # fmt: skip
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(names | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=25,
)
GOOD = award_release()


def put(into: Any, steps: list[int], value: Any) -> Any:
    """`into` with `value` somewhere in it: each step picks a field or an entry."""
    if not steps or not isinstance(into, dict | list) or not into:
        return value
    if isinstance(into, list):
        place = steps[0] % len(into)
        return [*into[:place], put(into[place], steps[1:], value), *into[place + 1 :]]
    name = list(into)[steps[0] % len(into)]
    return {**into, name: put(into[name], steps[1:], value)}


@given(anything, st.sampled_from(["document", "line", "releases", "records", "array"]))
@settings(max_examples=300, deadline=None)
def test_any_value_is_judged(value: Any, kind: str) -> None:
    text = json.dumps(value).encode()
    assert {row["severity"] for row in rows(text, kind=kind)} <= {
        "unusable",
        "error",
        "warning",
        "info",
    }


@given(st.lists(st.integers(0, 99), max_size=7), anything, st.booleans())
@settings(max_examples=300, deadline=None)
def test_any_value_at_any_place_is_judged(steps: list[int], value: Any, compiled: bool) -> None:
    record = {
        "ocid": GOOD["ocid"],
        "releases": [GOOD],
        "compiledRelease": GOOD,
        "versionedRelease": {"ocid": "x"},
    }
    whole = (
        {"version": "1.1", "records": [record]}
        if compiled
        else {"version": "1.1", "extensions": [], "releases": [GOOD]}
    )
    rows(json.dumps(put(whole, steps, value)).encode())


@given(
    st.binary(max_size=60)
    | st.text(st.sampled_from('{}[]",:\\ 01aeN-'), max_size=40).map(str.encode),
    st.sampled_from(["document", "line"]),
)
@settings(max_examples=500, deadline=None)
def test_any_bytes_are_judged_or_told(text: bytes, kind: str) -> None:
    value, _ = value_of(text)
    found = rows(text, kind=kind)
    if value is wellformed.MISSING and text.strip(b" \t\r\n"):
        assert told(found)
