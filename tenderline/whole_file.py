"""What a command writes, a file or a folder: there whole, or not at all, and in place of nothing
that is read.
"""

import shutil
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


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A folder to be filled, which takes the name `out` once it was used without an error.

    Raises:
        ConfigError: `out` is there and not an empty folder, or an earlier run left its half.
    """
    part = out.parent / f"{out.name}.part"
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigError(f"{out}: it is no empty folder: name a new one")
    try:
        part.mkdir(parents=True)
    except FileExistsError as error:
        left = "it is there, from a run that was ended or one that goes on"
        raise ConfigError(f"{part}: {left}: remove it, or name another folder") from error
    try:
        yield part
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    part.replace(out)


def _same(path: Path, name: str) -> bool:
    try:
        return path.samefile(name)
    except OSError:  # one of them is not there
        return False
