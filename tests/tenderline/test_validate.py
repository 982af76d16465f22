"""The command `tenderline validate`: real files, a real process, every way to end."""

import gzip
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import zstandard

from tests.made import award_release, release

COMMAND = [str(Path(sys.executable).with_name("tenderline")), "validate"]
PACKAGE = {
    "uri": "https://example.org/package",
    "version": "1.1",
    "publishedDate": "2026-03-01T00:00:00Z",
    "publisher": {"name": "Us"},
}
GOOD = json.dumps({**PACKAGE, "releases": [release()]}).encode()
BAD = json.dumps({**PACKAGE, "releases": [release(1), release(2, date="yesterday")]}).encode()
WRONG = json.dumps({**PACKAGE, "releases": [award_release(amount=-5)]}).encode()  # but it conforms
FILE_KEYS = ["failures", "file", "conforms", "sound", "unreadable", "documents", "releases", "findings", "checks", "fields"]  # fmt: skip
Ended = subprocess.CompletedProcess[str]


def validate(*arguments: object, **more: Any) -> Ended:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        **more,
    )


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def made(body: bytes, name: str = "file.json") -> Path:
        (tmp_path / name).write_bytes(body)
        return tmp_path / name

    return made


def test_exit_codes_and_verdicts(file: Any, tmp_path: Path) -> None:
    good, bad, wrong, cut = file(GOOD, "g"), file(BAD, "b"), file(WRONG, "w"), file(GOOD[:-9], "c")
    for arguments, code, said in (
        ((good,), 0, "g: 1 release package, 1 release in /releases\nIt conforms to the standard, and no check found an error."),
        ((bad,), 1, "It does not conform to the standard: 1 error."),
        ((wrong,), 0, "It conforms to the standard; checks of its content found 1 error."),
        ((wrong, "--strict"), 1, "found 1 error."),
        ((wrong, "--standard-only", "--strict"), 0, "no check found an error."),
        ((cut,), 2, "Not read to the end: the value that begins at byte"),
        ((good, cut, bad), 2, "It does not conform"),
        ((good, bad, good), 1, "It does not conform"),
        ((tmp_path / "missing",), 2, "Not read to the end: it cannot be opened: No such file or directory: check the path."),
        ((tmp_path,), 2, "it cannot be opened: Is a directory: check the path."),
        ((good, good), 0, "It conforms"),
    ):  # fmt: skip
        ended = validate(*arguments)
        assert (ended.returncode, ended.stderr) == (code, "")
        assert said in ended.stdout


def test_options_that_are_wrong() -> None:
    for arguments, said in (
        ((), "Missing argument 'FILE...'"),
        (("x", "--jobs", "-1"), "-1 is not in the range x>=0"),
    ):
        ended = validate(*arguments)
        assert ended.returncode == 2
        assert said in ended.stderr
    ended = validate("--help")
    assert ended.returncode == 0
    for word in ("JSON Lines", "gzip", "Exits with 0", "--strict", "--jobs N", "standard input"):
        assert word in ended.stdout.replace("\n  ", " ")


@pytest.mark.parametrize(
    "pack", [bytes, gzip.compress, zstandard.compress], ids=["plain", "gzip", "zstd"]
)
def test_standard_input_is_a_file_like_any(pack: Callable[[bytes], bytes], file: Any) -> None:
    ended = subprocess.run([*COMMAND, "-"], input=pack(BAD), capture_output=True, check=False)
    assert ended.returncode == 1
    assert ended.stdout == validate(file(BAD)).stdout.encode().replace(
        str(file(BAD)).encode(), b"-"
    )


def test_standard_input_twice_empty_or_closed(file: Any) -> None:
    ended = subprocess.run([*COMMAND, "-", "-"], input=GOOD, capture_output=True, check=False)
    assert ended.returncode == 2
    assert b"-: nothing that could be read\nNot read to the end: it is empty" in ended.stdout
    closed = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", *COMMAND, "-"], capture_output=True, check=False
    )
    assert closed.returncode == 2
    assert closed.stderr == b""


def test_a_file_descriptor_of_a_shell(file: Any) -> None:
    """As `<(zcat x.gz)` makes them: a pipe with a path."""
    ended = subprocess.run(
        ["bash", "-c", f"{' '.join(COMMAND)} <(cat {file(BAD)})"], capture_output=True, check=False
    )
    assert ended.returncode == 1


def test_the_machine_form(file: Any, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    body = json.dumps(
        {**PACKAGE, "releases": [release(1), release(2, date="x", odd=1, tag=["tender", "x"])]}
    ).encode()
    ended = validate(file(body), file(GOOD, "good"), tmp_path / "missing", "--json", out)
    assert ended.returncode == 2
    found = json.loads(out.read_bytes())
    assert list(found) == ["form", "files"]
    assert found["form"] == "tenderline-validation-1"
    bad, good, missing = found["files"]
    assert all(list(one) == FILE_KEYS for one in (bad, good, missing))
    assert [one["file"] for one in found["files"]] == [
        str(tmp_path / n) for n in ("file.json", "good", "missing")
    ]
    assert (bad["conforms"], bad["sound"], bad["unreadable"]) == (False, False, None)
    assert bad["documents"] == {"release package": 1}
    assert bad["releases"] == {"/releases": 2}
    row = next(row for row in bad["failures"] if row["check"] == "structure.format")
    assert row == {
        "document": 0, "path": "/releases/1/date", "place": "/releases/date", "check": "structure.format",
        "version": 1, "severity": "error", "ocid": release(2)["ocid"], "id": release(2)["id"], "value": '"x"',
        "message": "'x' is no date-time: write a date and time with its offset, such as 2026-03-01T09:30:00Z",
    }  # fmt: skip
    finding = next(f for f in bad["findings"] if f["check"] == "structure.format")
    assert finding == {
        "check": "structure.format", "severity": "error", "place": "/releases/date", "count": 1,
        "example": {k: row[k] for k in ("document", "path", "ocid", "value", "message")},
    }  # fmt: skip
    assert sum(f["count"] for f in bad["findings"]) == len(bad["failures"])
    check = next(c for c in bad["checks"] if c["id"] == "conformance.ocid_prefix")
    assert list(check) == [
        "id",
        "version",
        "severity",
        "demand",
        "not_applicable",
        "passed",
        "failed",
    ]
    assert (check["passed"], check["failed"]) == (2, 0)
    fields = {f["path"]: f for f in bad["fields"]}
    assert fields["/releases/odd"] == {
        "path": "/releases/odd",
        "declared": False,
        "parents": 2,
        "present": 1,
        "filled": 1,
    }
    assert good["conforms"]
    assert good["sound"]
    assert (missing["conforms"], missing["findings"], missing["failures"]) == (False, [], [])
    assert missing["unreadable"] == "it cannot be opened: No such file or directory: check the path"


def test_the_page_tells_every_key(file: Any, tmp_path: Path) -> None:
    told = (Path(__file__).parents[2] / "docs" / "validate.md").read_text()
    validate(file(BAD), "--json", tmp_path / "out.json")
    found = json.loads((tmp_path / "out.json").read_bytes())
    one = found["files"][0]
    for some in (
        found,
        one,
        *(one[name][0] for name in ("failures", "findings", "checks", "fields")),
    ):
        for key in some:
            assert f"`{key}`" in told, key


def large(tmp_path: Path, releases: int = 1500) -> Path:
    """A package of some megabytes, in one line, with some errors."""
    path = tmp_path / "large.json"
    with path.open("wb") as stream:
        write_package(stream.write, releases)
    return path


def write_package(write: Callable[[bytes], object], releases: int) -> None:
    write(orjson.dumps(PACKAGE)[:-1] + b',"releases":[')
    for n in range(releases):
        made = award_release(
            n, description="x" * 500, **({"date": "yesterday"} if n % 100 == 7 else {})
        )
        write((b"," if n else b"") + orjson.dumps(made))
    write(b"]}")


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    path, out = large(tmp_path), tmp_path / "out.json"
    found = set()
    for jobs in (1, 2, 2, 3):
        assert validate(path, path, "--json", out, "--jobs", jobs).returncode == 1
        found.add(out.read_bytes())
    assert len(found) == 1
    assert len(json.loads(found.pop())["files"][0]["failures"]) >= 15
    assert sorted(p.name for p in tmp_path.iterdir()) == ["large.json", "out.json"]


def test_the_machine_form_overwrites_no_input_and_no_device(file: Any, tmp_path: Path) -> None:
    path = file(GOOD)
    link = tmp_path / "link.json"
    link.symlink_to(path)
    part = file(GOOD, "other.json.part")
    for arguments, said in (
        ((path, "--json", path), "would overwrite"),
        ((path, "--json", link), "would overwrite"),
        ((path, part, "--json", tmp_path / "other.json"), "would overwrite"),
        ((path, "--json", tmp_path), "it is no file"),
        ((path, "--json", "/dev/null"), "it is no file"),
        ((path, "--json", ""), "it is no file"),
    ):
        ended = validate(*arguments)
        assert ended.returncode == 2
        assert said in ended.stderr
        assert len(ended.stderr.splitlines()) == 1
    assert path.read_bytes() == part.read_bytes() == GOOD


def test_the_machine_form_in_a_place_that_cannot_be_written(file: Any, tmp_path: Path) -> None:
    ended = validate(file(GOOD), "--json", tmp_path / "no" / "such" / "out.json")
    assert ended.returncode == 74
    assert ended.stderr.startswith("[Errno 2] No such file or directory")


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    disk, path = tmp_path / "disk", large(tmp_path)
    disk.mkdir()
    inner = 'mount -t tmpfs -o size=8k tmpfs "$0" && echo old > "$0/out.json" && { "$@"; echo $?; ls "$0"; cat "$0/out.json"; }'
    own = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", inner, str(disk)]
    if (
        shutil.which("unshare") is None
        or subprocess.run([*own, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("no small disk can be mounted here")
    ended = subprocess.run(
        [*own, *COMMAND, str(path), "--json", str(disk / "out.json")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stdout.splitlines()[-3:] == ["74", "out.json", "old"]
    assert "No space left on device" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_reader_that_goes_away_ends_it_quietly(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    line = f"{' '.join(COMMAND)} {large(tmp_path)} {large(tmp_path)} --json {out} | true"
    ended = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
    assert (ended.stdout, ended.stderr) == ("", "")
    assert not out.exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["large.json"]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A run that has started its processes, and has much to do; it leads a process group."""
    path = large(tmp_path, 120_000)
    arguments = [str(path), "--json", str(tmp_path / "out.json"), "--jobs", "2"]
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as started:
        deadline = time.monotonic() + 60
        while len(children(started.pid)) < 2:
            assert time.monotonic() < deadline
            assert started.poll() is None
            time.sleep(0.05)
        yield started
        if started.poll() is None:
            started.kill()


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def gone(pids: Iterable[int]) -> bool:
    deadline = time.monotonic() + 20
    while any(alive(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_ctrl_c_ends_all_processes(running: subprocess.Popen[str], tmp_path: Path) -> None:
    started = children(running.pid)
    os.killpg(running.pid, signal.SIGINT)
    said, told = running.communicate(timeout=20)
    assert running.returncode == 130
    assert said == ""
    assert told.strip() == "interrupted: run the same command again to go on"
    assert gone(started)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["large.json"]


def test_a_process_that_is_killed_is_told(running: subprocess.Popen[str], tmp_path: Path) -> None:
    started = children(running.pid)
    os.kill(started[1], signal.SIGKILL)
    said, told = running.communicate(timeout=60)
    assert running.returncode == 2
    assert told == ""
    assert "was ended by signal 9, perhaps for want of memory" in said.replace("\n", " ")
    assert gone(started)
    assert json.loads((tmp_path / "out.json").read_bytes())["files"][0]["unreadable"]


def test_nobody_outlives_a_run_that_is_killed(running: subprocess.Popen[str]) -> None:
    started = children(running.pid)
    running.kill()
    assert gone(started)


def test_what_stands_in_a_file_commands_no_terminal(file: Any) -> None:
    odd = release(
        2, **{"ocid": "[/red]:bell:\x1b[31m[b]", "date": "\x1b]0;x\x07", "x[/]\x1b": 1, "\u202e": 1}
    )
    ended = validate(file(json.dumps({**PACKAGE, "releases": [odd]}).encode()))
    assert ended.returncode == 1
    assert "[/red]:bell:" in ended.stdout
    assert not any(c in ended.stdout for c in "\x1b\x07\u202e")


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9[/x].json"
    try:
        Path(os.fsdecode(name)).write_bytes(GOOD)
    except OSError:
        pytest.skip("names of files are text here")
    out = tmp_path / "out.json"
    ended = subprocess.run(
        [*map(os.fsencode, COMMAND), name, b"--json", os.fsencode(out)],
        capture_output=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert json.loads(out.read_bytes())["files"][0]["file"].endswith("caf\ufffd[/x].json")


def test_a_terminal_that_has_few_letters(file: Any) -> None:
    body = json.dumps({**PACKAGE, "releases": [release(2, date="gestern früh ☃")]}).encode()
    ended = validate(file(body), env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert (ended.returncode, ended.stderr) == (1, "")


def nest(brackets: int) -> bytes:
    return b"[" * brackets + b"]" * brackets


def objects(deep: int) -> bytes:
    return b'{"a":' * deep + b"1" + b"}" * deep


MB = 1 << 20
X = b'"tender"], "x": '  # a field of a release
Files = dict[str, tuple[Callable[[], Iterable[bytes]], int]]
HOSTILE: Files = {
    "200 brackets": (lambda: [nest(200)], 1),
    "900 brackets": (lambda: [nest(900)], 1),
    "1,100 brackets": (lambda: [nest(1100)], 1),
    "100,000 brackets": (lambda: [nest(100_000)], 1),
    "100,000 brackets in a release": (lambda: [GOOD.replace(b'"tender"]', X + nest(100_000))], 1),
    "900 brackets in a release": (lambda: [GOOD.replace(b'"tender"]', X + nest(900))], 0),
    "1,000 objects in a release": (lambda: [GOOD.replace(b'"tender"]', X + objects(1000))], 0),
    "500 lists of objects in a release": (lambda: [GOOD.replace(b'"tender"]', X + b'[{"a":' * 500 + b"1" + b"}]" * 500)], 0),
    "900 objects in a versioned release": (lambda: [b'{"ocid": "x", "versionedRelease": ' + objects(900) + b"}"], 1),
    "900 objects around releases": (lambda: [GOOD.replace(b"{", b'{"x": ' + objects(900) + b",", 1)], 0),
    "a number of 10,000 digits": (lambda: [GOOD.replace(b'"tender"]', X + b"1" * 10_000)], 1),
    "a large exponent": (lambda: [GOOD.replace(b'"tender"]', X + b"1e999999999")], 1),
    "a line of three million digits": (lambda: [b"{}\n" + b"1" * 3 * MB], 2),
    "8 MiB of zeros": (lambda: [bytes(8 * MB)], 2),
    "8 MiB of blanks": (lambda: [b" " * 8 * MB], 2),
    "garbage": (lambda: [bytes(range(1, 256)) * 10_000], 2),
    "HTML": (lambda: [b"<!DOCTYPE html>\n" + b"<p>no</p>\n" * 100_000], 2),
}  # fmt: skip
LARGE: Files = {
    "lines of 100,000 brackets": (lambda: [nest(100_000) + b"\n"] * 50, 1),
    "16 million brackets without end": (lambda: [b"[" * MB] * 16, 2),
    "4 million objects without end": (lambda: [b'{"a":' * MB] * 4, 2),
    "a number of 30 million digits": (lambda: [GOOD.replace(b'"tender"]', X + b"1" * 30 * MB)], 1),
    "a text of 60 MiB": (lambda: [b'{"ocid":"', b"x" * 60 * MB, b'"}'], 1),
    "a text of 100 MiB": (lambda: [b'{"ocid":"', b"x" * 100 * MB, b'"}'], 2),
    "a text of 20 million escapes": (lambda: [b'{"ocid":"', b"\\n" * 20 * MB, b'"}'], 1),
    "a text without end": (lambda: [b'{"releases":[{"ocid":"'] + [b'\\"' * MB] * 40, 2),
    "a line without end": (lambda: [b'{}\n{"ocid":"'] + [b'\\"' * MB] * 40, 2),
    "100,000 empty releases": (lambda: [GOOD[:-2] + b"," + b"{}," * 100_000 + b"{}]}"], 1),
    "150,000 empty releases": (lambda: [GOOD[:-2] + b"," + b"{}," * 150_000 + b"{}]}"], 1),
    "150,000 empty lines": (lambda: [b"{}\n" * 150_000], 1),
    "a million empty items of one release": (lambda: [b'{"ocid":"x","tender":{"items":[' + b"{}," * MB + b"{}]}}"], 1),
    "ten million zeros in one release": (lambda: [b'{"ocid":"x","tag":[' + b"0," * 10 * MB + b"0]}"], 1),
    "200,000 names of one object": (lambda: [b'{"ocid":"x"', *(b',"%d":""' % n for n in range(200_000)), b"}"], 1),
    "a bomb of 200 kB": (lambda: [gzip.compress(b'{"ocid":"' + b"x" * 200 * MB)], 2),
}  # fmt: skip


def bounded() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (20, 20))


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_files_take_little_time_and_memory(what: str, tmp_path: Path) -> None:
    stand(HOSTILE[what], tmp_path / "file.json", jobs=1)


@pytest.mark.heavy
@pytest.mark.parametrize("what", LARGE)
@pytest.mark.parametrize("jobs", [1, 2])
def test_large_hostile_files_take_little_time_and_memory(
    what: str, jobs: int, tmp_path: Path
) -> None:
    stand(LARGE[what], tmp_path / "file.json", jobs=jobs)


def stand(hostile: tuple[Callable[[], Iterable[bytes]], int], path: Path, jobs: int) -> None:
    make, code = hostile
    with path.open("wb") as stream:
        stream.writelines(make())
    ended = validate(path, "--jobs", jobs, preexec_fn=bounded)
    assert (ended.returncode, ended.stderr) == (code, "")
    assert ("It conforms", "It does not conform", "Not read to the end")[code] in ended.stdout
    path.unlink()


PEAK = 300 << 20  # bytes that a run and its processes may hold together
HELD: dict[str, Callable[..., Any]] = {
    "package": open,
    "gzip": gzip.open,
    "zstd": zstandard.open,
    "lines": open,
}


def memory(pid: int) -> int:
    """Bytes of a process; of those that it shares with others, its share."""
    try:
        rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended
        return 0
    return sum(int(row.split()[1]) for row in rows if row.startswith("Pss:")) << 10


def peak(path: Path, jobs: int) -> int:
    highest = 0
    with subprocess.Popen(
        [*COMMAND, str(path), "--jobs", str(jobs)], stdout=subprocess.DEVNULL
    ) as started:
        while started.poll() is None:
            try:
                pids = [started.pid, *children(started.pid)]
            except OSError:
                break
            highest = max(highest, sum(map(memory, pids)))
            time.sleep(0.02)
    assert started.returncode == 1
    return highest


def fill(path: Path, form: str, size: int) -> None:
    """Write `size` bytes of releases, before they are packed."""
    notice = award_release(0, description="What is bought, and why. " * 250)
    releases = size // len(orjson.dumps(notice))
    with HELD[form](path, "wb") as stream:
        if form == "lines":
            for n in range(releases):
                stream.write(
                    orjson.dumps(notice | {"id": str(n), **({"date": "?"} if n % 100 == 7 else {})})
                    + b"\n"
                )
        else:
            stream.write(b'{"releases":[')
            for n in range(releases):
                stream.write((b"," if n else b"") + orjson.dumps(notice | {"id": str(n)}))
            stream.write(b"]}")


@pytest.mark.heavy
@pytest.mark.parametrize("form", HELD)
def test_memory_does_not_grow_with_the_file(form: str, tmp_path: Path) -> None:
    found = {}
    for size in (100, 300):
        path = tmp_path / f"{size}.json"
        fill(path, form, size << 20)
        found[size] = peak(path, jobs=2)
        path.unlink()
    assert 30 << 20 < found[100] <= max(found.values()) < PEAK, found
    more = 200 << 20  # a fifth of it is far beyond what one peak differs from another
    assert found[300] - found[100] < more / 5, found
