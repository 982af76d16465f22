"""A file that a command writes: there whole, or not at all, and never in place of what is read."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from kernel import ConfigError


@contextmanager
def whole_file(out: Path, inputs: Iterable[str], option: str) -> Iterator[BinaryIO]:
    """A stream to `out`, which takes that name once the stream was used without an error.

    Args:
        out: the file to be written.
        inputs: the files that are read.
        option: by which `out` was given, for what is said of it.

    Raises:
        ConfigError: `out` is one of the `inputs`, or no file.
    """
    part = out.parent / f"{out.name}.part"
    if out.exists() and not out.is_file():
        raise ConfigError(f"{option} {out}: it is no file: name one to be written")
    for name in inputs:
        if _same(out, name) or _same(part, name):
            raise ConfigError(f"{option} {out}: this would overwrite {name}: name another file")
    try:
        with part.open("wb") as stream:
            yield stream
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    part.replace(out)


def _same(path: Path, name: str) -> bool:
    try:
        return path.samefile(name)
    except OSError:  # one of them is not there
        return False
