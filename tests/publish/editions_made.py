"""Makes editions, verdicts and what they are made of by hand: small, whole, of any generation."""

from typing import Any

from kernel import Artifact, Counts, Lake, Manifest
from kernel.manifest import canonical, digest
from kernel.publication import link

SOURCE = "some"  # a source, and the publication of it


def folder(
    lake: Lake,
    path: str,
    files: dict[str, bytes],
    *,
    inputs: tuple[str, ...] = (),
    refers: tuple[Artifact, ...] = (),
    **notes: Any,
) -> Manifest:
    """A committed folder with `files`."""
    stage, subject, _ = path.split("/", maxsplit=2)
    saved = [lake.save(path, n, data, media_type="text/plain") for n, data in files.items()]
    return lake.commit(
        Manifest(
            folder=path,
            stage=stage,
            subject=subject,
            version=path.rpartition("/")[2],
            code="2026.1",
            counts=Counts(1, 1),
            artifacts=(*saved, *refers),
            inputs=dict.fromkeys(inputs, ""),
            notes=notes,
        )
    )


def edition(
    lake: Lake,
    generation: int,
    name: str = "",
    *,
    after: Manifest | None = None,
    files: tuple[str, ...] = (),
    publication: str = SOURCE,
) -> Manifest:
    """An edition that verifies, with the tables, the verdict and the records it was made of."""
    name = name or f"2026-08-{generation:02}-00000000"
    verdict = judged(lake, generation, name, publication=publication)
    data = {path: f"{path} of {name}".encode() for path in ("README.md", *files)}
    sums = "".join(f"{digest(data[path])}  {path}\n" for path in sorted(data)).encode()
    return folder(
        lake,
        f"published/{publication}/{name}",
        {**data, "SHA256SUMS": sums},
        inputs=(*verdict.inputs, verdict.folder, records(lake, generation).folder),
        generation=generation,
        previous=link(after),
        summary={
            "counts": {"read": 1, "written": 1, "rejected": 0, "merged": 0},
            "decision": "publish",
            "rows": {"processes": 1},
        },
    )


def records(lake: Lake, generation: int, *, refers: tuple[Artifact, ...] = ()) -> Manifest:
    """The records of the source, at a generation."""
    path = f"records/{SOURCE}/{generation:06}-00000000"
    own = {f"part-{generation}": b"x" * 100}
    return folder(lake, path, own, refers=refers, generation=generation)


def judged(
    lake: Lake, generation: int, name: str, *results: dict[str, Any], publication: str = SOURCE
) -> Manifest:
    """The verdict on an edition with `results`, and its tables."""
    inputs = (records(lake, generation).folder,)
    tables = folder(lake, f"tables/{publication}/{name}", {"a.parquet": b"a"}, inputs=inputs)
    blocks = any(r["fatal"] and not r["ok"] and not r["waived"] for r in results)
    files = {"quality-0.json": canonical({"results": results}), "quality-0.html": b"<p>"}
    return folder(
        lake,
        f"quality/{publication}/{name}",
        files,
        inputs=(tables.folder,),
        decision="block" if blocks else "publish",
        reasons=[r["message"] for r in results if not r["ok"]],
    )
