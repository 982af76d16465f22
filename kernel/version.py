"""The one home of the code version, part of the identity of everything a stage writes.

CalVer. Raise it whenever a change alters published rows: what another version wrote is not reused.
"""

__version__ = "2026.11.3"
