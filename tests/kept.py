"""Keeps files of our own in a lake as an extraction leaves them, converts them, and reads the result."""

import gzip
import io
import json
import tarfile
import zipfile
from typing import Any

import zstandard

from extractors.loader import load
from kernel import Counts, Lake, Manifest, Source, __version__
from kernel.manifest import digest
from tests.made import WINDOW
from transforms.convert import FINDINGS, REJECTS, RELEASES, convert
from transforms.lines import unpack
from validation.admission import checker

ANY = load("ocds_files")


def keep(lake: Lake, source: Source, *files: tuple[str, bytes], version: str = "v1") -> Manifest:
    """Artifacts kept as received (`file-…`) or as pages (`page-…`, packed here) by their names."""
    folder = f"raw/{source.id}/{WINDOW}/{version}"
    artifacts = []
    for number, (name, data) in enumerate(files, start=1):
        stored = zstandard.compress(data) if name.startswith("page") else data
        path = name if name[-5:].isdigit() else f"{name.split('.')[0]}-{number:05}-{name}"
        artifacts.append(lake.save(folder, path, stored, media_type="application/octet-stream"))
    return lake.commit(
        Manifest(
            folder=folder,
            stage="extract",
            subject=source.id,
            version=version,
            code=__version__,
            counts=Counts(),
            artifacts=tuple(artifacts),
            notes={"window": WINDOW, "pages": len(files), "doubts": [], "made_up": False},
        )
    )


def kept(lake: Lake, source: Source, *bodies: bytes, version: str = "v1") -> Manifest:
    """The conversion of pages of `source`."""
    pages = [("page.json.zst", body) for body in bodies]
    return done(lake, source, keep(lake, source, *pages, version=version))


def filed(lake: Lake, *files: bytes, source: Source = ANY) -> Manifest:
    """The conversion of files of any form."""
    return done(lake, source, keep(lake, source, *(("file.bin", data) for data in files)))


def done(lake: Lake, source: Source, raw: Manifest) -> Manifest:
    """The conversion of `raw`, whose counts are those of its lines."""
    check = checker(source.fetch.clock, source.ocid_prefix)
    manifest = convert(source, lake, raw, check=check)
    assert manifest.counts.written == len(lines(lake, manifest, RELEASES))
    assert manifest.counts.rejected == len(lines(lake, manifest, REJECTS))
    return manifest


def lines(lake: Lake, manifest: Manifest, name: str) -> list[dict[str, Any]]:
    """One file of a conversion."""
    return [json.loads(line) for line in unpack(lake.load(manifest, manifest.artifact(name)))]


def releases(lake: Lake, manifest: Manifest) -> list[dict[str, Any]]:
    """The releases of a conversion."""
    return [line["release"] for line in lines(lake, manifest, RELEASES)]


def rules(lake: Lake, manifest: Manifest) -> list[str]:
    """The rules of its findings and the reasons of its rejects, in order."""
    found = lines(lake, manifest, FINDINGS) + lines(lake, manifest, REJECTS)
    return [line.get("rule") or line["reason"] for line in found]


def zipped(**members: bytes) -> bytes:
    """A zip archive; `__` in a name stands for a dot."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return stream.getvalue()


def tarred(mode: str = "w", **members: bytes) -> bytes:
    """A tar archive, packed as `mode` says; `__` in a name stands for a dot."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            member = tarfile.TarInfo(name.replace("__", "."))
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return stream.getvalue()


def gzipped(data: bytes) -> bytes:
    """A gzip file."""
    return gzip.compress(data, mtime=0)


def fingerprint(manifest: Manifest) -> str:
    """What the artifacts of a manifest hold."""
    return digest("".join(artifact.sha256 for artifact in manifest.artifacts).encode())
