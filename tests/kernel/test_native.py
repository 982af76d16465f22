"""The hot modules, compiled: what they stand for, and that they say what their source says."""

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from kernel import native
from tenderline.native import build

JUDGE = """
import hashlib, orjson
from transforms.ocds.model import model
from validation.checks.catalogue import CHECKS
from validation.judge import Judge
from validation.spots import coverage
from tests.made import award_release
from datetime import UTC
from transforms.tables.layout import all_tables
from transforms.tables.tabulator import Tabulator
import transforms.tables.tabulator, validation.walk

judge, said, rows = Judge(model(frozenset()), CHECKS), [], Tabulator(UTC)
for n in range(300):
    release = award_release(n, **{"date": "?"} if n % 7 == 3 else {})
    if n % 5 == 2:
        release["awards"][0]["value"] = {"amount": -n, "currency": "XYZ"}
        release["parties"] += [{"id": n}, None, {"roles": "supplier", "identifier": []}]
    said += [tuple(found) for found in judge(release)]
    rows.add({"releases": [{"release": release, "date": "2026-01-01"}], "compiled": release},
             {"ocid": release["ocid"], "source": "s"})
tabled = [rows.take(name, table.schema({})).to_pylist() for name, table in all_tables().items()]
said += [tabled, rows.oddities, rows.unheld]
said += [judge.results, [tuple(row) for row in coverage(judge.walk.top)]]
plain = {m.__file__.endswith(".py") for m in (validation.walk, transforms.tables.tabulator)}
print(*plain, hashlib.sha256(repr(said).encode()).hexdigest())
"""


def judged(native_too: str) -> list[str]:
    found = subprocess.run(
        [sys.executable, "-c", JUDGE],
        cwd=native.ROOT,
        env={**os.environ, "TENDERLINE_NATIVE": native_too, "PYTHONPATH": str(native.ROOT)},
        check=True,
        capture_output=True,
        text=True,
    )
    return found.stdout.split()


@pytest.mark.skipif(not native.folder().is_dir(), reason="not compiled: `make install` does it")
def test_compiled_modules_find_what_their_source_finds() -> None:
    compiled, plain = judged("1"), judged("0")
    assert (compiled[0], plain[0]) == ("False", "True")
    assert compiled[1] == plain[1]


def test_what_make_install_promises_is_there() -> None:
    compiler = shutil.which((sysconfig.get_config_var("CC") or "cc").split()[0])
    header = Path(sysconfig.get_paths()["include"], "Python.h").is_file()
    if not (compiler and header):
        pytest.skip("there is no C compiler, or no headers of Python")
    assert native.folder().is_dir(), "run `make install` (or `python -m tenderline.native`)"
    assert build() == "the hot modules are compiled already"


def test_another_source_is_not_stood_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = native.folder()
    for module in native.MODULES:
        path = tmp_path.joinpath(*module.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(native.source_of(module), path)
    monkeypatch.setattr(native, "ROOT", tmp_path)
    native.folder.cache_clear()
    try:
        assert native.folder() == before, "the same sources"
        with native.source_of("validation.walk").open("a") as stream:
            stream.write("# changed\n")
        native.folder.cache_clear()
        assert native.folder() != before
        assert native.prefer("validation", ["here"]) == ["here"]
    finally:
        native.folder.cache_clear()


def test_it_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENDERLINE_NATIVE", "0")
    assert native.prefer("validation", ["here"]) == ["here"]


def test_without_a_compiler_python_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "PLACE", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    native.folder.cache_clear()
    try:
        assert build().startswith("no C compiler")
        assert not list(tmp_path.iterdir())
        assert native.prefer("validation", ["here"]) == ["here"]
    finally:
        native.folder.cache_clear()


def test_every_module_named_is_there() -> None:
    missing = [name for name in native.MODULES if importlib.util.find_spec(name) is None]
    assert missing == []
