"""The merged file: JSON Lines or one record package, packed as its name says.

Owns its form. Source: OCDS 1.1, record package schema.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import orjson

from tenderline.merging.tally import Tally
from tenderline.whole_file import whole_file

GZIP_LEVEL = 1  # isal's: 3 is a tenth smaller and takes twice as long
ZSTD_LEVEL = 3
BLOCK = 1 << 20
NOWHERE = "not told"  # for a publisher, which a package must name


class Writer(Protocol):
    """Takes bytes."""

    def write(self, data: bytes, /) -> object:
        """Take more of them."""


@contextmanager
def output(out: Path, names: Iterable[str]) -> Iterator[Writer]:
    """A new file that takes the place of `out` once all is written.

    Raises:
        ConfigError: `out` is one of the files `names`, or no file.
    """
    with whole_file(out, names, "-o") as raw, _packed(out.suffix, raw) as stream:
        yield stream


@contextmanager
def _packed(suffix: str, raw: Any) -> Iterator[Writer]:
    """`raw`, or what packs into it, with no clock and no name in what is written."""
    if suffix == ".gz":
        from isal import igzip

        with igzip.IGzipFile("", "wb", GZIP_LEVEL, raw, mtime=0) as stream:
            yield stream
    elif suffix == ".zst":
        import zstandard

        packer = zstandard.ZstdCompressor(level=ZSTD_LEVEL)
        with packer.stream_writer(raw, closefd=False) as stream:
            yield stream
    else:
        yield raw


def write_lines(stream: Writer, lines: Iterable[bytes]) -> None:
    """Write values one a line."""
    for block in _blocks(lines):
        stream.write(b"\n".join([*block, b""]))


def write_package(stream: Writer, lines: Iterable[bytes], tally: Tally, last: str) -> None:
    """Write records as one record package, one a line.

    Its metadata are those of the packages that were read, where these agree. Its `uri`, at its
    end, is a name made from the records themselves: the same for the same content.
    """
    import hashlib  # as long to load as a tenth of a small merge
    import uuid

    head = orjson.dumps(_metadata(tally, last), option=orjson.OPT_SORT_KEYS)
    stream.write(head[:-1] + b',"records":[')
    content, between = hashlib.sha256(head), b"\n"
    for block in _blocks(lines):
        for line in block:
            content.update(line)
        stream.write(between)
        stream.write(b",\n".join(block))
        between = b",\n"
    name = uuid.UUID(bytes=content.digest()[:16], version=5)
    stream.write(b'\n],"uri":"%b"}\n' % name.urn.encode())


def in_order(paths: Sequence[Path]) -> Iterator[bytes]:
    """The lines of files in order of ocid, each of which is in that order; see `put`."""
    with ExitStack() as stack:
        streams = [stack.enter_context(path.open("rb")) for path in paths]
        keyed = (map(_keyed, stream) for stream in streams)
        for _, line in heapq.merge(*keyed):
            yield line


def put(stream: BinaryIO, ocid: bytes, line: bytes | memoryview) -> None:
    """Write a line to a file that is to be put in order, behind its ocid as in JSON."""
    stream.writelines((ocid, b"\t", line, b"\n"))


def _keyed(line: bytes) -> tuple[bytes, bytes]:
    ocid, _, rest = line.partition(b"\t")
    return ocid, rest[:-1]


def _blocks(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Lines that are written at once; memory holds some of them."""
    block: list[bytes] = []
    size = 0
    for line in lines:
        block.append(line)
        size += len(line)
        if size > BLOCK:
            yield block
            block, size = [], 0
    if block:
        yield block


def _metadata(tally: Tally, last: str) -> Mapping[str, Any]:
    told = {name: [orjson.loads(one) for one in sorted(v)] for name, v in tally.told.items()}
    agreed = {name: values[0] for name, values in told.items() if len(values) == 1}
    publishers = told.get("publisher", [])
    names = sorted(
        {str(one["name"]) for one in publishers if isinstance(one, dict) and "name" in one}
    )
    date = tally.published or last.replace("+00:00", "Z") or "1970-01-01T00:00:00Z"
    return {
        "publisher": {"name": "; ".join(names) or NOWHERE},
        **agreed,
        "version": "1.1",
        **({"extensions": sorted(tally.extensions)} if tally.extensions else {}),
        "publishedDate": date,
    }
