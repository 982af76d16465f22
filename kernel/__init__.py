"""The vocabulary every stage shares: sources, windows, manifests, errors and the lake itself.

Owns how state is stored and verified. Knows nothing of OCDS or of HTTP.
"""

from kernel.errors import (
    ConfigError,
    GateBlocked,
    LakeCorrupt,
    NothingNew,
    PipelineError,
    SourceChanged,
    SourceUnavailable,
)
from kernel.lake import Lake
from kernel.manifest import Artifact, Counts, Manifest
from kernel.publication import Publication
from kernel.source import Exclude, Fetch, Refusal, Source, WindowRule
from kernel.version import __version__
from kernel.window import Window

__all__ = [
    "Artifact",
    "ConfigError",
    "Counts",
    "Exclude",
    "Fetch",
    "GateBlocked",
    "Lake",
    "LakeCorrupt",
    "Manifest",
    "NothingNew",
    "PipelineError",
    "Publication",
    "Refusal",
    "Source",
    "SourceChanged",
    "SourceUnavailable",
    "Window",
    "WindowRule",
    "__version__",
]
