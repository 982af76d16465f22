"""The vocabulary every stage shares: sources, windows, manifests, errors and the lake itself.

Owns how state is stored and verified. Knows nothing of OCDS or of HTTP. A name is imported from its
module when it is first asked for: who needs the errors alone does not wait for the rest.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kernel.version import __version__

if TYPE_CHECKING:
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
    from kernel.publication import Keep, Publication
    from kernel.source import Exclude, Fetch, Refusal, Source, WindowRule
    from kernel.window import Window

__all__ = [
    "Artifact",
    "ConfigError",
    "Counts",
    "Exclude",
    "Fetch",
    "GateBlocked",
    "Keep",
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
HOMES = {
    "lake": ("Lake",),
    "manifest": ("Artifact", "Counts", "Manifest"),
    "publication": ("Keep", "Publication"),
    "source": ("Exclude", "Fetch", "Refusal", "Source", "WindowRule"),
    "window": ("Window",),
}


def __getattr__(name: str) -> Any:
    """What is asked for by its name here; see PEP 562."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = next((home for home, names in HOMES.items() if name in names), "errors")
    found = globals()[name] = getattr(import_module(f"{__name__}.{home}"), name)
    return found
