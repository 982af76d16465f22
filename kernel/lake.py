"""The lake: folders closed by a manifest that is written last, and pointers that move last of all.

Owns write-once commits, verified reads and the layout's first rule: a folder without a manifest
does not exist. Knows nothing of what the stages mean.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from kernel.errors import LakeCorrupt
from kernel.manifest import Artifact, Manifest, digest
from kernel.store import LocalStore, ObjectStore, Store

MANIFEST = "manifest.json"


class Lake:
    """The lake at `root`: a local path, an fsspec URL, or an object with `.fs` and `.path`
    (Airflow's `ObjectStoragePath`, universal-pathlib's `UPath`).

    `changes` counts the commits and pointer moves made through this object.
    """

    def __init__(self, root: Any) -> None:
        self.root = str(root)
        self.store = _store(root)
        self.changes = 0

    def committed(self, folder: str) -> Manifest | None:
        """The manifest of `folder`, or None where no stage has finished there."""
        try:
            return self.manifest(folder)
        except FileNotFoundError:
            return None

    def manifest(self, folder: str) -> Manifest:
        """The manifest of `folder`, self-checked.

        Raises:
            FileNotFoundError: there is none. LakeCorrupt: it was altered.
        """
        path = f"{folder}/{MANIFEST}"
        return Manifest.loads(self.store.read(path), path)

    def folders(self, prefix: str) -> list[str]:
        """The committed folders below `prefix`, sorted."""
        return [path[: -len(MANIFEST) - 1] for path in self.store.find(prefix, MANIFEST)]

    def save(
        self, folder: str, name: str, data: bytes, *, media_type: str, rows: int = 0
    ) -> Artifact:
        """Write `data` as `folder/name`: not visible to readers until `commit` names it."""
        self.store.put(f"{folder}/{name}", data)
        return Artifact(name, len(data), rows, digest(data), media_type)

    def save_file(
        self, folder: str, name: str, local: Path, *, media_type: str, rows: int = 0
    ) -> Artifact:
        """The same with a local file, which is consumed."""
        size, sha256 = local.stat().st_size, file_digest(local)
        self.store.put_file(f"{folder}/{name}", local)
        return Artifact(name, size, rows, sha256, media_type)

    def copy(
        self, manifest: Manifest, artifact: Artifact, folder: str, name: str, *, media_type: str
    ) -> Artifact:
        """An artifact of `manifest` as `folder/name`, too, verified.

        Raises:
            LakeCorrupt: as `load` does.
        """
        with self.local(manifest, artifact) as found, self.store.scratch() as scratch:
            self.store.put_file(f"{folder}/{name}", shutil.copyfile(found, scratch / "copy"))
        return Artifact(name, artifact.bytes, artifact.rows, artifact.sha256, media_type)

    def refer(self, manifest: Manifest, artifact: Artifact) -> Artifact:
        """An artifact of `manifest` for the manifest of another folder, without a byte written."""
        return replace(artifact, folder=artifact.folder or manifest.folder)

    def commit(self, manifest: Manifest) -> Manifest:
        """Close `manifest.folder`. The first of two writers wins; both get its manifest."""
        if self.store.create(f"{manifest.folder}/{MANIFEST}", manifest.dumps()):
            self.changes += 1
            return manifest
        return self.manifest(manifest.folder)

    def load(self, manifest: Manifest, artifact: Artifact) -> bytes:
        """The artifact's bytes, verified.

        Raises:
            LakeCorrupt: the object is missing, or its size or hash is not the manifest's.

        Read and verified in the same way wherever it lies, in the manifest's own folder or in an
        earlier one.
        """
        path = f"{artifact.folder or manifest.folder}/{artifact.path}"
        try:
            data = self.store.read(path)
        except FileNotFoundError as error:
            raise LakeCorrupt(
                "the manifest names a missing object: restore it", path=path
            ) from error
        if len(data) != artifact.bytes or digest(data) != artifact.sha256:
            raise LakeCorrupt("the object is not what was written: restore it", path=path)
        return data

    @contextmanager
    def local(self, manifest: Manifest, artifact: Artifact) -> Iterator[Path]:
        """The artifact as a verified local file, for libraries that want a path."""
        path = f"{artifact.folder or manifest.folder}/{artifact.path}"
        with self.store.scratch() as scratch:
            try:
                file = self.store.local(path, scratch)
                sha256 = file_digest(file)
            except FileNotFoundError as error:
                raise LakeCorrupt("the manifest names a missing object", path=path) from error
            if sha256 != artifact.sha256:
                raise LakeCorrupt("the object is not what was written: restore it", path=path)
            yield file

    def move(self, pointer: str, choose: Callable[[bytes | None], bytes | None]) -> bool:
        """Move `pointer` to what `choose` makes of its present bytes; None leaves it.

        Asked again when another writer moved the pointer in between. True when it moved.
        """
        while True:
            found = self.peek(pointer)
            wanted = choose(found)
            if wanted is None or wanted == found:
                return False
            if self.store.swap(pointer, found, wanted):
                self.changes += 1
                return True

    def peek(self, pointer: str) -> bytes | None:
        """The bytes of `pointer`, or None where it was never set."""
        try:
            return self.store.read(pointer)
        except FileNotFoundError:
            return None


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _store(root: Any) -> Store:
    if hasattr(root, "fs"):
        fs, path = root.fs, str(root.path)
    elif "://" not in (text := os.fspath(root)):
        return LocalStore(Path(text).absolute())
    else:
        import fsspec  # only remote lakes pay for it

        fs, path = fsspec.core.url_to_fs(text)
    if "file" in ((fs.protocol,) if isinstance(fs.protocol, str) else fs.protocol):
        return LocalStore(Path(path))
    return ObjectStore(fs, path)
