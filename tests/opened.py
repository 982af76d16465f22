"""Tells which artifacts are read: what a stage does not open, it cannot be slow on."""

from typing import Any

import pytest

from kernel import Lake, Manifest


def opened(monkeypatch: pytest.MonkeyPatch, stage: str = "") -> list[str]:
    """The paths of the artifacts that are loaded from now on, of any lake; of one stage only."""
    found: list[str] = []
    load = Lake.load

    def noted(self: Lake, manifest: Manifest, artifact: Any) -> bytes:
        if stage in ("", manifest.stage):
            found.append(artifact.path)
        return load(self, manifest, artifact)

    monkeypatch.setattr(Lake, "load", noted)
    return found
