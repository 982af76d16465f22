"""The summary of an edition: what went in, what came out, stage by stage, and the verdict.

Owns the shape of `summary.json`. Holds no clock: the same edition has the same summary.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from kernel import Counts, Manifest, Publication, Source
from publish.chain import PREVIOUS
from transforms.compile import doubted


def summarise(
    publication: Publication,
    inputs: Sequence[tuple[Source, Manifest]],
    conversions: Mapping[str, Sequence[Manifest]],
    tables: Manifest,
    quality: Manifest,
) -> dict[str, Any]:
    """The summary. Counts are releases: at every stage read = written + rejected + merged."""
    sources = {s.id: _source(s, records, conversions[s.id]) for s, records in inputs}
    rows = {a.path.removesuffix(".parquet"): a.rows for a in tables.artifacts}
    total = Counts(
        read=sum(entry["convert"]["read"] for entry in sources.values()),
        written=rows["releases"],
        rejected=sum(entry["convert"]["rejected"] for entry in sources.values()),
        merged=sum(entry["compile"]["merged"] for entry in sources.values()),
    )
    return {
        "publication": publication.id,
        "edition": tables.version,
        PREVIOUS: quality.notes.get(PREVIOUS),
        "decision": quality.notes["decision"],
        "reasons": list(quality.notes["reasons"]),
        "generation": sum(int(records.notes["generation"]) for _, records in inputs),
        "counts": asdict(total),
        "rows": rows,
        "sources": sources,
    }


def _source(source: Source, records: Manifest, conversions: Sequence[Manifest]) -> dict[str, Any]:
    kinds: Counter[str] = Counter()
    for manifest in conversions:
        kinds.update(manifest.notes["kinds"])
    converted = sum((manifest.counts for manifest in conversions), Counts())
    return {
        "title": source.title,
        "span": records.notes["span"],
        "windows": len(conversions),
        "pages": sum(manifest.notes["pages"] for manifest in conversions),
        "convert": asdict(converted),
        "compile": asdict(records.counts),
        "releases": records.counts.written,
        "processes": records.notes["processes"],
        "kinds": {kind: count for kind, count in sorted(kinds.items()) if count},
        "made_up": any(m.notes["made_up"] for m in conversions),
        "doubts": doubted(conversions),
    }
