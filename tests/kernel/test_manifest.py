"""Manifests: counts that add up, one text for one content, no byte that can change unseen."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import Artifact, Counts, LakeCorrupt, Manifest
from kernel.manifest import canonical, digest

NUMBERS = st.integers(0, 10**12)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
ARTIFACTS = st.builds(Artifact, TEXTS, NUMBERS, NUMBERS, TEXTS.map(lambda t: digest(t.encode())),
                      TEXTS)  # fmt: skip
COUNTS = st.builds(
    lambda written, rejected, merged: Counts(written + rejected + merged, written, rejected, merged),
    NUMBERS, NUMBERS, NUMBERS,
)  # fmt: skip
MANIFESTS = st.builds(
    Manifest,
    folder=TEXTS,
    stage=TEXTS,
    subject=TEXTS,
    version=TEXTS,
    code=TEXTS,
    counts=COUNTS,
    artifacts=st.lists(ARTIFACTS, max_size=3, unique_by=lambda a: a.path).map(tuple),
    inputs=st.dictionaries(TEXTS, TEXTS, max_size=2),
    notes=st.dictionaries(TEXTS, JSON, max_size=3),
    log=st.lists(st.dictionaries(TEXTS, JSON, max_size=2), max_size=2).map(tuple),
)
SMALL = Manifest(
    folder="raw/a/b/c",
    stage="extract",
    subject="a",
    version="c",
    code="2026.1.0",
    counts=Counts(read=120, written=100, rejected=13, merged=7),
    artifacts=(Artifact("page-1.json", 1234, 100, digest(b"one"), "application/json"),),
    inputs={"x/y": digest(b"in")},
    notes={"window": "w", "doubts": [], "made_up": False, "share": 0.5, "name": "é\n\u2028"},
    log=({"url": "https://example.org/", "seconds": 0.25},),
)


@given(COUNTS)
def test_counts_that_add_up_are_taken(counts):
    assert counts.read == counts.written + counts.rejected + counts.merged


@given(COUNTS, st.integers(1, 99) | st.integers(-99, -1))
def test_counts_that_lose_something_are_refused(counts, off):
    with pytest.raises(ValueError, match=r"read is not written|negative"):
        replace(counts, read=counts.read + off)


@pytest.mark.parametrize(
    "counts",
    [{"written": -1, "rejected": 1}, {"rejected": -1, "merged": 1}, {"merged": -1, "written": 1}],
)
def test_a_negative_count_is_refused_even_if_it_adds_up(counts):
    with pytest.raises(ValueError, match="negative"):
        Counts(**counts)


@given(st.lists(COUNTS, max_size=5))
def test_counts_add_field_by_field(several):
    total = sum(several, Counts())
    for name in ("read", "written", "rejected", "merged"):
        assert getattr(total, name) == sum(getattr(counts, name) for counts in several)


@given(MANIFESTS)
def test_a_manifest_is_read_back_to_the_same_bytes(manifest):
    data = manifest.dumps()
    back = Manifest.loads(data)
    assert back == manifest
    assert back.dumps() == data
    assert back.id == manifest.id


@given(MANIFESTS, st.data())
def test_no_byte_can_be_changed_unseen(manifest, data):
    text = bytearray(manifest.dumps())
    place = data.draw(st.integers(0, len(text) - 1))
    text[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(LakeCorrupt) as caught:
        Manifest.loads(bytes(text), "a/manifest.json")
    assert caught.value.path == "a/manifest.json"


@pytest.mark.parametrize("mask", [1, 0x80, 0xFF])
def test_no_byte_of_a_usual_manifest_can_be_changed_unseen(mask):
    text = SMALL.dumps()
    for place in range(len(text)):
        changed = text[:place] + bytes([text[place] ^ mask]) + text[place + 1 :]
        with pytest.raises(LakeCorrupt):
            Manifest.loads(changed)


def test_no_part_of_a_manifest_can_be_lost_unseen():
    text = SMALL.dumps()
    for length in range(len(text)):
        with pytest.raises(LakeCorrupt):
            Manifest.loads(text[:length])
    for more in (b" ", b"\n", b"\x00", text):
        with pytest.raises(LakeCorrupt):
            Manifest.loads(text + more)


@pytest.mark.parametrize(
    "text", [b"", b"null", b"[]", b"3", b"{}", b'{"id": 1, "sha256": 2}', b"\xff\xfe", b"[" * 9999]
)
def test_what_never_was_a_manifest_is_refused(text):
    with pytest.raises(LakeCorrupt, match="unreadable manifest"):
        Manifest.loads(text, "a/manifest.json")


def test_a_forged_manifest_with_an_unknown_key_is_refused():
    plain = {"id": "x", "sha256": "y", "surprise": 1}
    with pytest.raises(LakeCorrupt, match="surprise"):
        Manifest.loads(canonical(plain | {"counts": {}, "artifacts": [], "log": []}))


@given(MANIFESTS, MANIFESTS)
def test_equal_data_has_an_equal_id_however_it_was_come_by(manifest, other):
    circumstances = ("folder", "version", "inputs", "log")
    told = {name: getattr(other, name) for name in circumstances}
    assert replace(manifest, **told).id == manifest.id


@pytest.mark.parametrize(
    "change",
    [
        {"stage": "convert"},
        {"subject": "b"},
        {"code": "2026.2.0"},
        {"counts": Counts()},
        {"artifacts": ()},
        {"artifacts": (replace(SMALL.artifacts[0], sha256=digest(b"two")),)},
        {"notes": {}},
    ],
)
def test_other_data_has_another_id(change):
    assert replace(SMALL, **change).id != SMALL.id


@given(st.lists(ARTIFACTS, min_size=2, max_size=6, unique_by=lambda a: a.path), st.data())
def test_the_order_in_which_files_were_written_does_not_matter(artifacts, data):
    other = data.draw(st.permutations(artifacts))
    one = replace(SMALL, artifacts=tuple(artifacts))
    assert replace(SMALL, artifacts=tuple(other)).dumps() == one.dumps()


def test_an_artifact_is_found_by_its_path():
    assert SMALL.artifact("page-1.json") is SMALL.artifacts[0]
    with pytest.raises(LakeCorrupt, match=r"names no page-2\.json") as caught:
        SMALL.artifact("page-2.json")
    assert caught.value.path == "raw/a/b/c"


def test_a_number_that_json_does_not_have_is_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        replace(SMALL, notes={"share": float("nan")}).dumps()


def test_canonical_json_is_one_text_for_one_value():
    assert canonical({"b": [1, 2.5], "a": "é"}) == (
        '{\n  "a": "é",\n  "b": [\n    1,\n    2.5\n  ]\n}\n'.encode()
    )


@given(st.lists(st.tuples(TEXTS, st.integers(0, 2**53), TEXTS, TEXTS), max_size=3))
def test_artifacts_are_written_as_all_else_is(found: list[tuple[str, int, str, str]]) -> None:
    artifacts = tuple(Artifact(path, n, n, "h", kind, at) for path, n, kind, at in found)
    data = replace(SMALL, artifacts=artifacts).dumps()
    assert data == canonical(json.loads(data))
    assert Manifest.loads(data).artifacts == tuple(sorted(artifacts))
