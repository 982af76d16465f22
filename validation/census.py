"""What was found in single releases, counted over a whole edition.

Owns the counting. The findings themselves were made when the releases were converted.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import orjson

from kernel import Lake, Manifest
from transforms.convert import FINDINGS, REJECTS
from transforms.lines import unpack


def findings(lake: Lake, conversions: Iterable[Manifest]) -> list[dict[str, Any]]:
    """Findings and rejects of single releases, counted by rule and path without positions."""
    counts: Counter[tuple[str, str, str]] = Counter()
    example: dict[tuple[str, str, str], dict[str, Any]] = {}
    for manifest in conversions:
        for name in (FINDINGS, REJECTS):
            for line in unpack(lake.load(manifest, manifest.artifact(name))):
                entry = orjson.loads(line)
                rule = entry.get("rule") or entry["reason"]
                path = "/".join(p for p in entry["path"].split("/") if not p.isdigit())
                key = (entry.get("severity", "unusable"), rule, path)
                counts[key] += 1
                example.setdefault(key, entry)
    return [
        {
            "severity": key[0],
            "rule": key[1],
            "path": key[2],
            "count": count,
            "example": {k: example[key].get(k) for k in ("ocid", "id", "message")},
        }
        for key, count in sorted(counts.items())
    ]
