"""Text as whole values: every form, any boundary, and text that is no JSON."""

import json
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validation.reading import documents, entries, feed
from validation.reading.brackets import opening, parts
from validation.reading.documents import read
from validation.reading.feed import Batch, Envelope, Guessed
from validation.reading.streams import Unreadable

NASTY = [
    '},{"ocid"',
    '"',
    "\\",
    '\\"',
    "[",
    "]",
    "{",
    "}",
    ",",
    '"releases":[',
    "\n",
    "\u2028",
    "é",
    ":",
    "",
]
text = st.one_of(st.sampled_from(NASTY), st.text(st.sampled_from('{}[]",:\\\n ab'), max_size=9))
scalar = st.one_of(
    text,
    st.none(),
    st.booleans(),
    st.integers(-9, 9),
    st.floats(allow_nan=False, allow_infinity=False),
)
value = st.recursive(
    scalar,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=9,
)
entry = st.one_of(
    st.fixed_dictionaries({"ocid": text, "more": value}),
    st.fixed_dictionaries({}, optional={"id": value}),
    value,
)
name = text.filter(lambda name: name not in ("releases", "records"))
around = st.dictionaries(name, value, max_size=3)
packages = st.builds(
    lambda before, kind, found, behind: {**before, kind: found, **{n: v for n, v in behind.items() if n not in before}},
    around, st.sampled_from(["releases", "records"]), st.lists(entry, max_size=8), around,
)  # fmt: skip
written = st.sampled_from(
    [{"separators": (",", ":")}, {}, {"indent": 2}, {"indent": "\t", "ensure_ascii": False}]
)
chunks = st.integers(1, 60)


@pytest.fixture(autouse=True)
def _guess_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "SHORT", 0)


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def values(data: bytes, chunk: int = feed.CHUNK, *, guess: bool = True) -> list[Any]:
    """What the parts of `data` say, put together again; as the reader does, first with a guess."""
    try:
        return list(together(data, chunk, guess=guess))
    except Guessed:
        return list(together(data, chunk, guess=False))


def together(data: bytes, chunk: int, *, guess: bool) -> Iterator[Any]:
    held: list[Any] = []
    number = -1
    for part in read(cut(data, chunk), guess=guess, chunk=chunk):
        if isinstance(part, Envelope):
            assert part.document == number if part.whole else part.document > number
            number = part.document
            if part.whole:
                package = json.loads(part.text)
                (package if part.kind == "array" else package[part.kind]).extend(held)
                yield package
            held = []
        elif part.kind in ("document", "line"):
            for at, one in enumerate(part.texts):
                if one.strip():
                    number = part.document + at
                    yield json.loads(one)
        else:
            assert part.first == (held == [])
            found = parts(part.texts[0], first=part.first)
            assert all(right for _, right in found)
            held += [json.loads(one) for one, _ in found]


def stand_in(package: Any) -> Any:
    return json.loads(json.dumps(package))


@given(packages, written, chunks, st.booleans())
@settings(max_examples=400)
def test_a_package_is_read_whole_whatever_the_boundaries(
    package: Any, form: Any, chunk: int, guess: bool
) -> None:
    assert values(json.dumps(package, **form).encode(), chunk, guess=guess) == [package]


@given(st.lists(entry, max_size=8), written, chunks, st.booleans())
def test_a_list_is_read_whole_whatever_the_boundaries(
    found: Any, form: Any, chunk: int, guess: bool
) -> None:
    assert values(json.dumps(found, **form).encode(), chunk, guess=guess) == [found]


@given(
    st.lists(packages | st.lists(entry, max_size=4), min_size=1, max_size=4),
    written,
    chunks,
    st.booleans(),
    st.data(),
)
def test_documents_one_after_the_other(
    found: Any, form: Any, chunk: int, guess: bool, data: st.DataObject
) -> None:
    between = data.draw(st.sampled_from(["\n", "", " \r\n\t", "\n" * 70]))
    body = between.join(json.dumps(one, **form) for one in found)
    assert values(body.encode(), chunk, guess=guess) == found


@given(st.lists(packages | entry, min_size=1, max_size=6), chunks, st.data())
def test_lines(found: Any, chunk: int, data: st.DataObject) -> None:
    between = data.draw(st.sampled_from(["\n", "\r\n", "\n\n \n"]))
    body = between.join(json.dumps(one) for one in found) + data.draw(
        st.sampled_from(["", between])
    )
    assert values(body.encode(), chunk) == found


@given(st.lists(st.tuples(packages, written), min_size=1, max_size=5), chunks)
def test_lines_and_pretty_printed_documents_mixed(found: Any, chunk: int) -> None:
    body = "\n".join(json.dumps(one, **form) for one, form in found)
    assert values(body.encode(), chunk) == [one for one, _ in found]


def test_a_guess_makes_large_batches_and_is_right() -> None:
    package = {"releases": [{"ocid": f"ocds-{n}", "title": '},{"ocid"' * 3} for n in range(1000)]}
    body = orjson.dumps(package)
    found = list(read(cut(body, 100), guess=True, chunk=1000))
    texts = [part.texts[0] for part in found if isinstance(part, Batch)]
    assert [
        one for text in texts for one in orjson.loads(b"[" + text.lstrip(b",") + b"]")
    ] == package["releases"]
    assert values(body, 1000) == [package]


@pytest.mark.parametrize("nested", ["releases", "related"])
def test_a_wrong_guess_is_noticed(nested: str) -> None:
    """The text between releases stands between nested objects, too, but only late in the file."""
    package = {
        "releases": [{"ocid": n} for n in range(500)]
        + [{"ocid": 1, nested: [{"ocid": n} for n in range(300)]}]
    }
    body = orjson.dumps(package)
    with pytest.raises(Guessed):
        list(together(body, 200, guess=True))
    assert values(body, 200) == [package]


def test_a_blank_or_empty_file_is_told() -> None:
    for data in (b"", b" ", b"\n\r\n\t" * 50):
        with pytest.raises(Unreadable, match="it is empty: fetch it again"):
            values(data, 7)


def test_blanks_before_a_document_do_no_harm() -> None:
    assert values(b" \n" * 999 + b'{"releases": [1]}', 7) == [{"releases": [1]}]


@pytest.mark.parametrize("data", [b"5", b'"text"', b"null\n", b"true", b"-1e3"])
def test_scalars_are_documents(data: bytes) -> None:
    assert values(data) == [json.loads(data)]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            b"<!DOCTYPE html>\n<html>\n",
            "no JSON stands at byte 1, but '<!DOCTYPE html>': remove it",
        ),
        (b"garbage", "no JSON stands at byte 1, but 'garbage': remove it"),
        (b"\xff" * 5000, "no JSON stands at byte 1, but '�"),
        (b'[{"a": 1}]\n\n garbage', "no JSON stands at byte 14, but 'garbage': remove it"),
        (b"NaN", "no JSON stands at byte 1"),
    ],
)
def test_garbage_is_told_with_its_place(data: bytes, told: str) -> None:
    with pytest.raises(Unreadable) as error:
        list(read(cut(data, 9), guess=True, chunk=9))
    assert told in error.value.message


def test_garbage_between_documents_is_a_document_that_is_no_json() -> None:
    found = list(read([b'log line\n{"a":\n1}\n--\n{"b":2}'], guess=True))
    assert [text.strip() for part in found for text in part.texts] == [
        b"log line",
        b'{"a":\n1}',
        b"--",
        b'{"b":2}',
    ]


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_a_package_cut_short_gives_what_was_whole_and_a_clear_word(chunk: int) -> None:
    body = orjson.dumps(
        {"version": "1.1", "releases": [{"ocid": str(n)} for n in range(9)], "uri": "x"}
    )
    for size in range(1, len(body)):
        found: list[Any] = []
        with pytest.raises(Unreadable, match="has no end: the file is cut short, or a bracket is"):
            found.extend(part for part in read(cut(body[:size], chunk), guess=True, chunk=chunk))
        whole = [parts(p.texts[0], first=p.first) for p in found if isinstance(p, Batch)]
        assert sum(map(len, whole)) == body[:size].count(b"}")


def test_a_bracket_too_many_is_told_with_its_place() -> None:
    body = b'{"releases":[{"a":1},{"b":2}},{"c":3}]}'
    with pytest.raises(
        Unreadable, match="a closing bracket too many stands at byte 29: take it out"
    ):
        list(read(cut(body, 4), guess=True, chunk=4))


def test_a_value_over_the_limit_is_told_and_not_held() -> None:
    body = b'{"releases":[{"a":"' + b"x" * 9000
    with pytest.raises(Unreadable, match="the value that begins at byte 14 is larger than"):
        list(read(cut(body, 64), guess=True, chunk=64, limit=4096))
    with pytest.raises(Unreadable, match="the value that begins at byte 1 is larger than"):
        list(read(cut(b'{"a":"' + b"x" * 9000, 64), guess=True, chunk=64, limit=4096))


def test_a_line_over_the_size_of_a_batch_is_read_entry_by_entry() -> None:
    large = {"releases": [{"id": n} for n in range(200)]}
    found = list(
        read(
            cut(b"\n".join(map(orjson.dumps, ({"a": 1}, large, {"b": 2}))), 50),
            guess=True,
            chunk=100,
        )
    )
    assert [part.document for part in found if isinstance(part, Envelope)] == [1, 1]
    assert [
        part.document
        for part in found
        if isinstance(part, Batch) and part.kind != "releases" and b"".join(part.texts)
    ] == [0, 2]


def test_a_document_that_is_held_is_not_taken_apart() -> None:
    record = {"ocid": "x", "releases": [{"id": n} for n in range(200)], "compiledRelease": {}}
    body = orjson.dumps(record) * 3
    found = list(read(cut(body, 50), guess=False, chunk=100, held={0, 2}))
    assert [
        (part.document, isinstance(part, Envelope))
        for part in found
        if getattr(part, "kind", "") == "document"
    ] == [(0, False), (2, False)]


@given(st.lists(value, max_size=5), st.booleans())
def test_parts_of_a_list(found: list[Any], first: bool) -> None:
    body = ("" if first or not found else ", ") + json.dumps(found)[1:-1]
    told = parts(body.encode(), first=first)
    assert [json.loads(one) for one, _ in told] == found
    assert all(right for _, right in told)


@pytest.mark.parametrize(
    ("body", "first", "told"),
    [
        (b"{} {}", True, [(b"{}", True), (b"{}", False)]),
        (b"{},,{}", True, [(b"{}", True), (b"{}", False)]),
        (b",{}", True, [(b"{}", False)]),
        (b"{}", False, [(b"{}", False)]),
        (b",{},", False, [(b"{}", True), (b"", False)]),
        (b",", False, [(b"", False)]),
        (b" ", False, []),
        (b'[1, "},{", 2] , 5 , "],"', True, [(b'[1, "},{", 2]', True), (b"5", True), (b'"],"', True)]),
    ],
)  # fmt: skip
def test_commas_that_are_missing_or_too_many(body: bytes, first: bool, told: Any) -> None:
    assert parts(body, first=first) == told


@pytest.mark.parametrize("body", [b"{", b"}", b'{"', b"{}]", b'"a'])
def test_a_part_that_ends_within_an_entry_was_guessed(body: bytes) -> None:
    with pytest.raises(Guessed):
        parts(body, first=True)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"[", (1, "array")),
        (b'{"releases" \n:\n\n [', (18, "releases")),
        (b'{"x": {"releases": [1]}, "records": [', (37, "records")),
        (b'{"x": "releases", "y": [', None),
        (b'{"x": ["releases", [', None),
        (b'{"releases": null, "records":' + b" " * 99 + b"[", (129, "records")),
        (b'{"releases": {"a": [', None),
        (b"5", None),
    ],
)
def test_where_entries_begin(body: bytes, told: Any) -> None:
    assert opening(body) == told


def test_many_short_values_come_in_batches_that_are_not_too_many() -> None:
    for body in (
        b"{}\n" * 20_000,
        b"{}" * 20_000,
        b"[" + b"{}," * 20_000 + b"{}]",
        b'{"releases":[' + b"{}," * 20_000 + b"{}]}",
    ):
        found = [
            part
            for part in read(cut(body, 1 << 12), guess=True, chunk=1 << 14)
            if isinstance(part, Batch)
        ]
        sizes = [sum(text.count(b"{}") for text in part.texts) for part in found]
        assert sum(sizes) in (20_000, 20_001)
        assert max(sizes) <= feed.MANY


def test_the_shown_piece_of_garbage_is_short() -> None:
    with pytest.raises(Unreadable) as error:
        list(read([b"x" * 100_000], guess=True))
    assert len(error.value.message) < 100 + documents.SHOWN
