"""What changed between two editions, process by process and field by field.

Owns the comparison of any two editions and the files in `delta/` of an edition. What an edition
holds is decided elsewhere; see docs/deltas.md for how an older edition is brought up to date.
"""

from publish.delta.index import Summary, summary

__all__ = ["Summary", "summary"]
