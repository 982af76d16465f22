"""The tools that ours is measured beside, in an environment of their own.

Owns where they are, which versions they have, and what they need so that they download nothing.
"""

import json
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

NAMES = ("libcoveocds", "ocdskit", "ocdsmerge", "flatterer")
TAG = "standard-1__1__5"  # the folder in an archive of the standard's repository
NO_STANDARD = (
    "the official files of OCDS 1.1.5 were not given (STANDARD=folder): without them the tool "
    "downloads its schema on every run"
)
VERSIONS = f"""
import importlib.metadata, json
names = {NAMES!r}
found = {{d.metadata["Name"].lower(): d.version for d in importlib.metadata.distributions()}}
print(json.dumps({{name: found[name] for name in names if name in found}}))
"""


@dataclass(frozen=True, slots=True)
class Peers:
    """The peers, as far as they are there.

    Args:
        environment: the virtual environment that has them, or None to do without.
        standard: a folder with the official `release-schema.json` and its like, or None.
    """

    environment: Path | None
    standard: Path | None

    def tool(self, name: str) -> str:
        """The program `name`; call `missing` first."""
        return str(self._program(name))

    def missing(self, name: str) -> str:
        """Why `name` cannot be measured; "" if it can."""
        if self.environment is None:
            return "run without peers"
        if not self._program(name).is_file():
            return f"{name} is not in the peers' environment: remove it, and it is made anew"
        if name != "flatterer" and self.standard is None:
            return NO_STANDARD
        return ""

    def versions(self) -> dict[str, str]:
        """Their versions, by name."""
        if self.environment is None:
            return {}
        command = [str(self._program("python")), "-c", VERSIONS]
        run = subprocess.run(command, capture_output=True, check=True, text=True)
        found: dict[str, str] = json.loads(run.stdout)
        return found

    def schema(self) -> str:
        """The official release schema, which ocdskit takes its merge rules from."""
        return str(self._official() / "release-schema.json")

    def packed_standard(self, scratch: Path) -> Path:
        """The official files as the ZIP file that lib-cove-ocds reads, made where it is not yet."""
        path = scratch / "standard.zip"
        if not path.exists():
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr(f"{TAG}/", "")  # the tool takes the first name as the root
                for file in sorted(self._official().rglob("*")):
                    if file.is_file():
                        name = file.relative_to(self._official())
                        archive.write(file, f"{TAG}/schema/{name}")
        return path

    def _program(self, name: str) -> Path:
        return (self.environment or Path()).absolute() / "bin" / name

    def _official(self) -> Path:
        if self.standard is None:
            raise SystemExit(NO_STANDARD)
        return self.standard.absolute()
