"""lib-cove-ocds as a library that needs no network: what it says of a package, as sets of facts.

The reference files stand in for everything that it would download. `Theirs.told` is unabridged
lib-cove-ocds; nothing here corrects it.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import requests
from jsonschema import Draft4Validator, validators
from libcove.lib.common import (
    _get_schema_deprecated_paths,
    get_json_data_generic_paths,
    get_json_data_missing_ids,
)
from libcoveocds.common_checks import common_checks_ocds
from libcoveocds.config import LibCoveOCDSConfig
from libcoveocds.schema import SchemaOCDS
from ocdsextensionregistry import extension_version

Steps = tuple[str | int, ...]
Places = dict[tuple[str, ...], dict[Steps, Any]]  # values by path without, then with positions
Find = Callable[[Places, SchemaOCDS], list[str]]
CORE = Path(__file__).parents[2].parent / "shared" / "reference" / "ocds_1.1.5"
DRAFT4 = "http://json-schema.org/draft-04/schema#"


@cache
def standard(profile: Path | None) -> bytes:
    """An archive of the standard as its repository has it, with the schema of `profile` if any."""
    files = _files(CORE, "*.*")
    if profile:
        files |= {**_files(profile, "release-schema.json"), **_files(profile, "codelists/*.csv")}
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("standard/", "")
        for name, file in sorted(files.items()):
            made.write(file, f"standard/schema/{name}")
    return archive.getvalue()


def _files(folder: Path, pattern: str) -> dict[str, Path]:
    return {str(file.relative_to(folder)): file for file in folder.rglob(pattern)}


def config(profile: Path | None = None) -> LibCoveOCDSConfig:
    archive = standard(profile)
    return LibCoveOCDSConfig(
        {"context": "api", "additional_checks": "all", "standard_zip": archive}
    )


@contextmanager
def served(files: Mapping[str, bytes]) -> Iterator[None]:
    """Answer requests for files of extensions from `files`, by address; others do not exist."""

    def get(url: str) -> requests.Response:
        answer = requests.Response()
        answer.url, answer.status_code = url, 200 if url in files else 404
        answer._content = files.get(url, b"")
        return answer

    kept = extension_version.session
    extension_version.session = type("Session", (), {"get": staticmethod(get)})
    try:
        yield
    finally:
        extension_version.session = kept


class Local(SchemaOCDS):
    """Its schema, whose references to the schemas of versioned releases stay here too."""

    def _jsonref_kwarg(self, *, proxies: bool = False) -> dict[str, Any]:
        return {**SchemaOCDS._jsonref_kwarg(proxies=proxies), "loader": self._load}

    def _load(self, url: str, **_: Any) -> Any:
        return json.loads(self.builder.get_standard_file_contents(url.rsplit("/", 1)[1]))


class Theirs:
    """Judges packages by OCDS 1.1, all with the same extensions."""

    def __init__(self, profile: Path | None = None, extensions: tuple[str, ...] = ()) -> None:
        data = {"extensions": list(extensions)}
        self._schemas = {
            is_record: Local("1.1", data, config(profile), record_pkg=is_record)
            for is_record in (False, True)
        }

    def told(self, package: dict[str, Any]) -> dict[str, Any]:
        """Everything that it says of a package."""
        schema = self._schemas["records" in package]
        try:
            context = common_checks_ocds({"file_type": "json"}, "", package, schema, cache=False)
        finally:  # it puts its own validator into jsonschema, and leaves it there if it fails
            validators.validates(DRAFT4)(Draft4Validator)
        assert not schema.json_deref_error
        return context

    def in_records(self, package: dict[str, Any], find: Find) -> Iterator[str]:
        """What `find` finds in a package, and in the whole releases of records, which it skips."""
        yield from find(
            get_json_data_generic_paths(package, {}), self._schemas["records" in package]
        )
        records = package.get("records")
        for position, record in enumerate(records if isinstance(records, list) else ()):
            if isinstance(record, dict) and isinstance(record.get("releases"), list):
                places = get_json_data_generic_paths({"releases": record["releases"]}, {})
                yield from (
                    f"records/{position}/{path}" for path in find(places, self._schemas[False])
                )


def deprecated(places: Places, schema: SchemaOCDS) -> list[str]:
    """Where every deprecated field stands; their own report has one place of each field name."""
    return [
        "/".join(map(str, path))
        for name in _deprecated(schema)
        for path in places.get(name, ())
        if not isinstance(path[-1], int)
    ]


@cache
def _deprecated(schema: SchemaOCDS) -> frozenset[tuple[str, ...]]:
    return frozenset(path for path, _ in _get_schema_deprecated_paths(schema))


missing_ids: Find = get_json_data_missing_ids
