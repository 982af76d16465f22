"""Bytes at paths, on a local folder or on any fsspec file system, with the few atomic acts we need.

Owns how an object appears whole or not at all, and how two writers are kept apart. Knows nothing
of manifests. A path is relative to the store's root and uses forward slashes.
"""

import contextlib
import errno
import fcntl
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

SCRATCH = ".tmp"


class Store(Protocol):
    """What the lake asks of its storage."""

    def read(self, path: str) -> bytes:
        """The bytes at `path`; FileNotFoundError where there are none."""

    def put(self, path: str, data: bytes) -> None:
        """Make `data` what is at `path`, atomically, whatever was there."""

    def put_file(self, path: str, local: Path) -> None:
        """The same with the content of the file `local`, which the store may consume."""

    def create(self, path: str, data: bytes) -> bool:
        """Put `data` at `path` if nothing is there; False where something is. One writer wins."""

    def swap(self, path: str, expected: bytes | None, data: bytes) -> bool:
        """Put `data` at `path` if what is there is `expected` (None: nothing); else False."""

    def find(self, prefix: str, name: str) -> list[str]:
        """The sorted paths below `prefix` whose last part is `name`."""

    def sizes(self, prefix: str) -> dict[str, int]:
        """The size of every object below `prefix`, by path, sorted."""

    def delete(self, path: str) -> None:
        """Take away what is at `path`, if anything is."""

    def local(self, path: str, scratch: Path) -> Path:
        """The object as a local file for reading, fetched into `scratch` if it is remote."""

    def scratch(self) -> contextlib.AbstractContextManager[Path]:
        """A new local folder that is removed at the end."""

    def sweep(self) -> None:
        """Remove what dead processes of this machine left in the scratch space."""


class LocalStore:
    """A folder of this machine. Files are written aside, flushed to disk, then linked in place."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.aside = root / SCRATCH

    def read(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def put(self, path: str, data: bytes) -> None:
        with self._staged(path, data) as staged:
            staged.replace(self.root / path)

    def put_file(self, path: str, local: Path) -> None:
        _flush(local)
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            local.replace(target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            with self._staged(path, b"") as staged:
                shutil.copyfile(local, staged)
                _flush(staged)
                staged.replace(target)
            local.unlink()
        _flush(target.parent)

    def create(self, path: str, data: bytes) -> bool:
        target = self.root / path
        with self._staged(path, data) as staged:
            try:
                os.link(staged, target)
            except FileExistsError:
                return False
        _flush(target.parent)
        return True

    def swap(self, path: str, expected: bytes | None, data: bytes) -> bool:
        lock = self.aside / "swap.lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        with lock.open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)  # released by the system if this process dies
            return _swap(self, path, expected, data)

    def find(self, prefix: str, name: str) -> list[str]:
        top = os.path.join(self.root, "")  # noqa: PTH118 (a Path for each entry takes four times as long)
        found, waiting = [], [top + prefix]
        while waiting:
            folders, paths = _listed(waiting.pop(), name)
            found += paths
            waiting += folders
        return sorted(path.removeprefix(top) for path in found)

    def sizes(self, prefix: str) -> dict[str, int]:
        files = (path for path in (self.root / prefix).rglob("*") if path.is_file())
        return dict(sorted((str(f.relative_to(self.root)), f.stat().st_size) for f in files))

    def delete(self, path: str) -> None:
        target = self.root / path
        target.unlink(missing_ok=True)
        folder = target.parent
        while folder != self.root and _emptied(folder):  # object stores have no empty folders
            folder = folder.parent
        _flush(folder)

    def local(self, path: str, scratch: Path) -> Path:  # noqa: ARG002 (remote stores need it)
        return self.root / path

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        self.aside.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=_owner(), dir=self.aside) as folder:
            try:
                yield Path(folder)
            except OSError as error:
                if error.errno and error.filename is None:  # a full disk does not say which it is
                    error.filename = str(self.root)
                raise

    def sweep(self) -> None:
        for left in self.aside.glob(f"{socket.gethostname()}~*"):
            if not _alive(int(left.name.split("~")[1])):
                shutil.rmtree(left, ignore_errors=True)

    @contextlib.contextmanager
    def _staged(self, path: str, data: bytes) -> Iterator[Path]:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        with self.scratch() as folder:
            staged = folder / "object"
            staged.write_bytes(data)
            _flush(staged)
            yield staged


class ObjectStore:
    """Any fsspec file system whose `put` is atomic, as object stores' are."""

    def __init__(self, fs: Any, root: str) -> None:
        self.fs = fs
        self.root = root.rstrip("/")

    def read(self, path: str) -> bytes:
        return bytes(self.fs.cat_file(self._full(path)))

    def put(self, path: str, data: bytes) -> None:
        self.fs.pipe_file(self._full(path), data)

    def put_file(self, path: str, local: Path) -> None:
        self.fs.put_file(str(local), self._full(path))

    def create(self, path: str, data: bytes) -> bool:
        try:
            self.fs.pipe_file(self._full(path), data, mode="create")
        except FileExistsError:
            return False
        return True

    def swap(self, path: str, expected: bytes | None, data: bytes) -> bool:
        return _swap(self, path, expected, data)

    def find(self, prefix: str, name: str) -> list[str]:
        return [path for path in self.sizes(prefix) if path.rsplit("/", 1)[-1] == name]

    def sizes(self, prefix: str) -> dict[str, int]:
        self.fs.invalidate_cache()
        root = self.fs._strip_protocol(self.root).strip("/")  # noqa: SLF001 (fsspec has no public one)
        found = self.fs.find(self._full(prefix), detail=True).items()
        inside = (
            (str(path).strip("/").removeprefix(root).lstrip("/"), told) for path, told in found
        )
        return dict(sorted((path, int(told["size"])) for path, told in inside))

    def delete(self, path: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            self.fs.rm_file(self._full(path))

    def local(self, path: str, scratch: Path) -> Path:
        target = scratch / path.replace("/", "_")
        self.fs.get_file(self._full(path), str(target))
        return target

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="tenderline-") as folder:
            yield Path(folder)

    def sweep(self) -> None:
        """Nothing: the scratch space is the system's own."""

    def _full(self, path: str) -> str:
        return f"{self.root}/{path}"


def _swap(store: Store, path: str, expected: bytes | None, data: bytes) -> bool:
    try:
        found: bytes | None = store.read(path)
    except FileNotFoundError:
        found = None
    if found != expected:
        return False
    store.put(path, data)
    return True


def _listed(folder: str, name: str) -> tuple[list[str], list[str]]:
    """The folders in a folder, and its files of a name; none where it is not there."""
    folders, files = [], []
    try:
        with os.scandir(folder) as found:
            for each in found:
                if each.is_dir():
                    folders.append(each.path)
                elif each.name == name:
                    files.append(each.path)
    except FileNotFoundError:  # never there, or gone since
        return [], []
    return folders, files


def _emptied(folder: Path) -> bool:
    """Remove `folder` if nothing is in it; whether it is gone."""
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError as error:
        if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
            raise
        return False
    return True


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's process: not ours to judge
    return True


def _owner() -> str:
    return f"{socket.gethostname()}~{os.getpid()}~"


def _flush(path: Path) -> None:
    """Wait until a file's content, or a folder's list of names, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
