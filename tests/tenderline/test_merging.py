import errno
import gzip
import io
import json
import os
import random
import signal
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import ocdsmerge
import orjson
import pytest
import zstandard
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel import ConfigError
from tenderline.cli import cli
from tenderline.merging import hold, intake, place, releases, texts
from tenderline.merging.join import Wanted
from tenderline.merging.run import merge
from transforms.ocds.model import EVERY
from transforms.ocds.schema import release_schema
from validation.reading import feed

ROOT = Path(__file__).parents[2]
COMPILED = Wanted(versioned=False, package=False)


def release(ocid: int, day: int, **body: Any) -> dict[str, Any]:
    own = {"ocid": f"ocds-000000-{ocid}", "id": f"{ocid}-{day}", "tag": ["tender"]}
    return {**own, "date": f"2026-01-{day:02}T00:00:00Z", "language": "en", **body}


RELEASES = [
    release(ocid, day, tender={"id": "1", "title": f"t{day}", "items": [{"id": str(day)}]})
    for ocid in range(30)
    for day in range(1, 1 + ocid % 4)
]
PACKAGE = {
    "uri": "https://example.org/1",
    "version": "1.1",
    "publisher": {"name": "Ministry"},
    "publishedDate": "2026-02-01T00:00:00Z",
    "extensions": ["https://example.org/extension.json"],
}


def lines(found: list[dict[str, Any]]) -> bytes:
    return b"".join(orjson.dumps(one) + b"\n" for one in found)


def merged(tmp_path: Path, *contents: bytes, wanted: Wanted = COMPILED, jobs: int = 1) -> Any:
    names = []
    for number, content in enumerate(contents):
        path = tmp_path / f"in-{number}"
        path.write_bytes(content)
        names.append(str(path))
    made = merge(names, tmp_path / "out", wanted, jobs=jobs)
    return made, (tmp_path / "out").read_bytes()


def expected(*, versioned: bool = False) -> list[Any]:
    merger = ocdsmerge.Merger(release_schema(EVERY))
    make = merger.create_versioned_release if versioned else merger.create_compiled_release
    ocids = sorted({one["ocid"] for one in RELEASES})
    return [make([one for one in RELEASES if one["ocid"] == ocid]) for ocid in ocids]


@pytest.mark.parametrize("versioned", [False, True])
def test_lines_are_what_ocdsmerge_makes_in_order_of_ocid(tmp_path: Path, versioned: bool) -> None:
    wanted = Wanted(versioned=versioned, package=False)
    made, out = merged(tmp_path, lines(RELEASES), wanted=wanted)
    assert [json.loads(line) for line in out.splitlines()] == expected(versioned=versioned)
    assert made.tally.read == len(RELEASES)


def packed(content: bytes, kind: str) -> bytes:
    stream = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("a.json", content)
            archive.writestr("readme.txt", "no JSON")
    elif kind == "tar":
        with tarfile.open(fileobj=stream, mode="w") as archive:
            info = tarfile.TarInfo("a.json")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def forms() -> dict[str, bytes]:
    package = json.dumps({**PACKAGE, "releases": RELEASES}).encode()
    records = [{"ocid": one["ocid"], "releases": [one]} for one in RELEASES]
    return {
        "lines": lines(RELEASES),
        "list": orjson.dumps(RELEASES),
        "package": package,
        "pretty": json.dumps({**PACKAGE, "releases": RELEASES}, indent=2).encode(),
        "packages by line": b"\n".join([package, package]),
        "documents": b"\n".join(json.dumps(one, indent=1).encode() for one in RELEASES),
        "record package": orjson.dumps({**PACKAGE, "records": records}),
        "gzip": gzip.compress(package),
        "zstd": zstandard.compress(lines(RELEASES)),
        "zip": packed(package, "zip"),
        "tar": packed(package, "tar"),
        "byte order mark": b"\xef\xbb\xbf" + package,
        "UTF-16": json.dumps({**PACKAGE, "releases": RELEASES}).encode("utf-16"),
    }


@pytest.mark.parametrize("form", forms())
@pytest.mark.parametrize("small", [True, False], ids=["at once", "in batches"])
def test_every_form_gives_the_same_bytes(
    tmp_path: Path, form: str, small: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not small:
        monkeypatch.setattr(texts, "SMALL", 1)
    _, plain = merged(tmp_path, lines(RELEASES))
    made, out = merged(tmp_path, forms()[form])
    assert out == plain
    assert not made.tally.left_out
    assert not made.tally.unreadable


def test_a_large_package_is_read_entry_by_entry_by_some_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [release(n, 1, tender={"id": "1", "description": "x" * 500}) for n in range(8000)]
    package = json.dumps({**PACKAGE, "releases": found}).encode()
    assert len(package) > 4 * texts.SMALL
    _, plain = merged(tmp_path, lines(found))
    monkeypatch.setattr(intake, "BUCKET", 1 << 20)
    made, out = merged(tmp_path, package, jobs=2)
    assert out == plain
    assert made.tally.told["publisher"] == {b'{"name":"Ministry"}'}


def clearing(cleared: list[Any], clear: Any) -> Any:
    def noted(folder: Path, file: int) -> None:
        cleared.append(file)
        clear(folder, file)

    return noted


def test_a_wrong_guess_at_where_entries_end_is_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text between entries also stands in a list within an entry."""
    cleared: list[Any] = []
    monkeypatch.setattr(intake, "forgotten", clearing(cleared, intake.forgotten))
    inner = [{"ocid": "no", "id": str(n)} for n in range(40)]
    found = [
        {"ocid": f"ocds-000000-{n}", "id": "1", "date": "2026-01-01T00:00:00Z", "tag": ["tender"],
         "pad": "x" * 900, **({"inner": inner} if n > 3000 else {})}
        for n in range(4000)
    ]  # fmt: skip
    _, plain = merged(tmp_path, lines(found))
    made, out = merged(tmp_path, orjson.dumps({**PACKAGE, "releases": found}), jobs=2)
    assert out == plain
    assert made.tally.read == len(found)
    assert len(cleared) == 1


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 4))
def test_order_of_arrival_and_spread_over_files_make_no_difference(
    tmp_path_factory: pytest.TempPathFactory, chance: random.Random, files: int
) -> None:
    folder = tmp_path_factory.mktemp("merge")
    # Some of one moment, told with another offset: they are in order of id.
    odd = release(3, 2, id="other", date="2026-01-02T01:00:00+01:00", tender={"title": "odd"})
    found = [*RELEASES, odd, RELEASES[5]]
    _, plain = merged(folder, lines(found))
    chance.shuffle(found)
    made, out = merged(folder, *(lines(found[n::files]) for n in range(files)))
    assert out == plain
    assert sum(joined.same for joined in made.joined) == 1


def test_what_cannot_be_merged_is_left_out_and_told(tmp_path: Path) -> None:
    bad = [
        b"{broken",
        b'{"ocid":"a","id":"1","tag":["tender"]}',
        b'{"ocid":"","id":"2","date":"2026-01-01T00:00:00Z","tag":["tender"]}',
        b'"text"',
    ]
    path = tmp_path / "in.jsonl"
    path.write_bytes(lines(RELEASES) + b"\n".join(bad) + b"\n")
    result = CliRunner().invoke(cli, ["merge", str(path), "-o", str(tmp_path / "out")])
    assert result.exit_code == 1
    for told in ("it is no JSON", "no date that can be read", "no ocid", "neither package"):
        assert told in result.stderr
    assert len((tmp_path / "out").read_bytes().splitlines()) == len(expected())


def test_a_file_that_is_cut_short_is_told_and_the_rest_merged(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl.gz"
    path.write_bytes(gzip.compress(lines(RELEASES) * 20)[:-12])
    result = CliRunner().invoke(cli, ["merge", str(path), "-o", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert "not read to its end" in result.stderr
    assert (tmp_path / "out").is_file()


def test_an_inconsistent_process_does_not_stop_the_others(tmp_path: Path) -> None:
    odd = [release(90, 1, x={"a": 1}), release(90, 2, x=[{"id": 1}])]
    path, out = tmp_path / "in.jsonl", tmp_path / "out"
    path.write_bytes(lines([*RELEASES, *odd]))
    result = CliRunner().invoke(cli, ["merge", str(path), "-o", str(out)])
    assert result.exit_code == 0
    assert "ocds-000000-90: /x" in result.stderr
    last = json.loads(out.read_bytes().splitlines()[-1])
    assert last["x"] == [{"id": 1}]


def test_releases_of_ocds_1_0_are_brought_to_1_1(tmp_path: Path) -> None:
    old = release(1, 1, buyer={"name": "A", "address": {"locality": "Bonn"}})
    made, out = merged(tmp_path, orjson.dumps({**PACKAGE, "version": "1.0", "releases": [old]}))
    assert made.tally.upgraded == 1
    assert json.loads(out)["parties"][0]["name"] == "A"


def test_numbers_keep_every_digit(tmp_path: Path) -> None:
    text = b'{"ocid":"a","id":"1","date":"2026-01-01T00:00:00Z","x":1234567890123456.78}\n'
    assert b'"x":1234567890123456.78' in merged(tmp_path, text)[1]


@pytest.mark.parametrize("versioned", [False, True])
def test_a_record_package_is_valid_and_whole(tmp_path: Path, versioned: bool) -> None:
    content = orjson.dumps({**PACKAGE, "releases": RELEASES})
    wanted = Wanted(versioned=versioned, package=True)
    package = json.loads(merged(tmp_path, content, wanted=wanted)[1])
    assert package["publisher"] == PACKAGE["publisher"]
    assert package["publishedDate"] == PACKAGE["publishedDate"]
    assert package["uri"].startswith("urn:uuid:")
    assert sum(len(record["releases"]) for record in package["records"]) == len(RELEASES)
    assert [record["compiledRelease"] for record in package["records"]] == expected()
    if versioned:
        found = [record["versionedRelease"] for record in package["records"]]
        assert found == expected(versioned=True)


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_the_name_of_the_file_tells_how_it_is_packed(tmp_path: Path, suffix: str) -> None:
    _, plain = merged(tmp_path, lines(RELEASES))
    out = tmp_path / f"out.jsonl{suffix}"
    merge([str(tmp_path / "in-0")], out, COMPILED, jobs=1)
    unpack = zstandard.ZstdDecompressor().decompressobj().decompress
    assert (gzip.decompress if suffix == ".gz" else unpack)(out.read_bytes()) == plain


@pytest.mark.parametrize("name", ["in-0", "nothing"])
def test_no_file_is_overwritten_or_left_half(tmp_path: Path, name: str) -> None:
    """Neither the input, nor what was there when an input is missing."""
    path = tmp_path / "in-0"
    path.write_bytes(lines(RELEASES))
    out = path if name == "in-0" else tmp_path / "out"
    out.write_bytes(lines(RELEASES))
    run = subprocess.run(
        [sys.executable, "-c", "from tenderline.cli import main; main()", "merge",
         str(tmp_path / name), "-o", str(out)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 2
    assert ("would overwrite" if name == "in-0" else "check the path") in run.stderr
    assert out.read_bytes() == lines(RELEASES)
    assert not list(tmp_path.glob("*.part"))


def test_standard_input_is_read(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", "from tenderline.cli import main; main()", "merge", "-",
         "-o", str(tmp_path / "out")],
        input=lines(RELEASES), capture_output=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert len((tmp_path / "out").read_bytes().splitlines()) == len(expected())


def test_scratch_files_stay_few(tmp_path: Path) -> None:
    held = hold.Held(tmp_path, 3, 1000)
    batch = texts.Batch("line", 0, lines(RELEASES).splitlines())
    assert releases.take(held, 0, batch, {}).read == len(RELEASES)
    assert held.spilled
    assert len(list(tmp_path.iterdir())) <= 3
    assert hold.unspilled(tmp_path.iterdir()).keys() == {one["ocid"].encode() for one in RELEASES}


@pytest.mark.parametrize("wanted", [COMPILED, Wanted(versioned=True, package=True)])
@pytest.mark.parametrize("memory", [0, 20_000, 1 << 20])
@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_memory_and_processes_make_no_difference(
    tmp_path: Path, wanted: Wanted, memory: int, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Releases of one process are in several files, so that several processes hold them."""
    spread = [lines(RELEASES[n::6]) for n in range(6)]
    plain = merged(tmp_path, *spread, wanted=wanted)[1]
    monkeypatch.setattr(intake, "MEMORY", memory)
    made, out = merged(tmp_path, *spread, wanted=wanted, jobs=jobs)
    assert out == plain
    assert sum(joined.releases for joined in made.joined) == len(RELEASES)


def test_what_a_release_says_is_whole_when_another_one_comes(tmp_path: Path) -> None:
    """Nulls and empty arrays of the later release, which is read first, still count."""
    told = {"title": "t", "description": None, "items": [], "lots": [{"id": "1", "title": None}]}
    before = {"title": "s", "description": "d", "items": [{"id": "9"}],
              "lots": [{"id": "1", "title": "l"}]}  # fmt: skip
    found = [
        release(1, 2, buyer=None, tender=told),
        release(1, 1, buyer={"id": "b"}, tender=before),
    ]
    _, out = merged(tmp_path, lines(found))
    merger = ocdsmerge.Merger(release_schema(EVERY))
    assert json.loads(out) == merger.create_compiled_release(found[::-1])


def test_an_error_in_a_process_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the disk is full: nothing is written, and the error is the one that it was."""
    monkeypatch.setattr(intake, "MEMORY", 0)
    monkeypatch.setattr(hold.Held, "spill", full)
    with pytest.raises(OSError, match="No space left"):
        merged(tmp_path, *(lines(RELEASES) for _ in range(3)), jobs=2)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("jobs", [1, 2])
def test_lines_are_whole_where_the_system_writes_a_part(
    tmp_path: Path, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = merged(tmp_path, *(lines(RELEASES[n::3]) for n in range(3)))[1]
    monkeypatch.setattr(place.os, "pwritev", partly)
    assert merged(tmp_path, *(lines(RELEASES[n::3]) for n in range(3)), jobs=jobs)[1] == plain


def partly(file: int, run: list[bytes], at: int) -> int:
    return os.pwrite(file, run[0][:7], at)


def test_a_file_that_becomes_shorter_is_told(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(lines(RELEASES[:3]))
    held = hold.Held(tmp_path, 1, 1 << 20)
    where = feed.Place("line", 0, [path.stat().st_size], True, 10)
    tally = intake._do(held, 0, path, where, {})
    assert "became shorter" in tally.unreadable[0]


def full(_: hold.Held) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_process_that_is_ended_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hold.Held, "ease", killed)
    with pytest.raises(ConfigError, match="--jobs 1"):
        merged(tmp_path, *(lines(RELEASES) for _ in range(3)), jobs=2)


def killed(_: hold.Held) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.heavy
def test_memory_is_bounded_when_the_input_is_not(tmp_path: Path) -> None:
    """Input of twice what memory may hold, in processes of several releases."""
    path, out = tmp_path / "in.jsonl", tmp_path / "out.zst"
    texts = [f"{n:06}" * 500 for n in range(50)]
    with path.open("wb") as stream:
        for day in range(1, 4):
            for n in range(45_000):
                stream.write(lines([release(n, day, tender={"title": texts[(n + day) % 50]})]))
    assert path.stat().st_size > 2 * intake.MEMORY
    code = (
        "import resource, sys; from pathlib import Path; from tests.memory import peak;"
        "from tenderline.merging.join import Wanted; from tenderline.merging.run import merge;"
        "merge([sys.argv[1]], Path(sys.argv[2]), Wanted(versioned=True, package=False), jobs=2);"
        "print(peak(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"
    )
    command = [sys.executable, "-c", code, str(path), str(out)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    asking, working = map(int, told.split())
    assert asking + 2 * working < 500
    with out.open("rb") as stream:
        reader = io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(stream))
        assert sum(1 for _ in reader) == 45_000
