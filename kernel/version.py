"""The one home of the code version, which is part of the identity of everything a stage writes.

CalVer. Raise it whenever a change alters published rows: outputs of another version are never reused.
"""

__version__ = "2026.11.0"
