"""What keeps the code in its shape: which package may import which, sizes, what a wheel holds."""

import ast
import importlib.metadata
import json
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
# Each may import those before it; the last two also.
ORDER = ["kernel", "extractors", "transforms", "validation", "publish"]
MAY_IMPORT = {name: set(ORDER[:place]) for place, name in enumerate(ORDER)} | {
    "dags": set(ORDER),
    "tenderline": set(ORDER),
}
HEAVY = {"pandas", "pyarrow", "great_expectations", "ocdskit", "duckdb", "numpy"}
LATE = {"transforms", "validation"}  # imported inside tasks
ONCE = {"dags.once", "dags.once.prepare", "dags.once.run_once"}  # Airflow, only when asked for
LONGEST_FILE, LONGEST_FUNCTION = 300, 60
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """The modules that a file imports, and whether at its top level rather than in a function."""
    tree = parsed(path)
    inner = {id(node) for function in functions(tree) for node in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((name.name, id(node) not in inner) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            module = node.module or ""
            yield from ((f"{module}.{name.name}", id(node) not in inner) for name in node.names)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def functions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def top(module: str) -> str:
    return module.partition(".")[0]


def test_the_packages_are_those_of_the_project() -> None:
    assert set(MAY_IMPORT) == set(PACKAGES)
    assert len(SOURCES) > 50


def test_a_package_imports_only_those_before_it() -> None:
    for path in SOURCES:
        package = path.relative_to(ROOT).parts[0]
        allowed = MAY_IMPORT[package] | {package}
        for module, at_top in imports(path):
            asked_late = package == "tenderline" and module.startswith("dags.") and not at_top
            if top(module) in PACKAGES and not (asked_late and module in ONCE):
                assert top(module) in allowed, f"{path} imports {module}"


def test_only_the_dags_know_airflow_and_nobody_the_tests() -> None:
    for path in SOURCES:
        known = {top(module) for module, _ in imports(path)}
        assert "tests" not in known, path
        assert "airflow" not in known or ROOT / "dags" in path.parents, path


def test_nothing_heavy_is_needed_to_fetch() -> None:
    for path in SOURCES:
        if path.relative_to(ROOT).parts[0] in ("kernel", "extractors"):
            assert not HEAVY & {top(module) for module, _ in imports(path)}, path


def test_nothing_heavy_is_needed_to_parse_the_dags() -> None:
    """By what the DAG files and our modules behind them import at their top."""
    seen, waiting = set(), [ROOT / "dags" / "sources.py", ROOT / "dags" / "publications.py"]
    while waiting:
        path = waiting.pop()
        seen.add(path)
        modules = {module for module, at_top in imports(path) if at_top}
        assert not HEAVY & {top(module) for module in modules}, path
        waiting += [found for module in modules for found in files(module) if found not in seen]
    assert ROOT / "kernel" / "lake.py" in seen
    assert not [path for path in seen if path.relative_to(ROOT).parts[0] in LATE]


def files(module: str) -> list[Path]:
    """Our files that are run when `module` is imported, or a name from it."""
    places = [ROOT.joinpath(*module.split(".")[:n]) for n in range(1, module.count(".") + 2)]
    if top(module) not in PACKAGES:
        return []
    found = [path for place in places for path in (place / "__init__.py", place.with_suffix(".py"))]
    return [path for path in found if path.is_file()]


def test_the_registries_import_nothing_heavy() -> None:
    code = """
import json, sys
import extractors.loader, kernel, publish.loader
extractors.loader.load_all(), publish.loader.load_all()
print(json.dumps(sorted(sys.modules)))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    loaded = {top(module) for module in json.loads(run.stdout)}
    assert {"kernel", "extractors", "publish"} <= loaded
    assert not loaded & (HEAVY | LATE | {"airflow", "requests"})


def test_every_module_says_what_it_is() -> None:
    undescribed = [path for path in SOURCES if not ast.get_docstring(parsed(path))]
    assert undescribed == []


def test_files_and_functions_are_short() -> None:
    lengths = {str(path): len(path.read_text("utf-8").splitlines()) for path in SOURCES}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE} == {}
    lengths = {
        f"{path}: {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path in SOURCES
        for function in functions(parsed(path))
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


def test_no_package_is_hidden_by_another_of_its_name(tmp_path: Path) -> None:
    """From anywhere, as Airflow's workers run it."""
    code = (
        "import importlib.util as u, json, sys\n"
        "print(json.dumps({n: u.find_spec(n).origin for n in sys.argv[1:]}))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, *PACKAGES],
        cwd=tmp_path,
        capture_output=True,
        check=True,
        text=True,
    )
    origins = {name: Path(origin) for name, origin in json.loads(run.stdout).items()}
    assert origins == {name: ROOT / name / "__init__.py" for name in PACKAGES}


def test_no_installed_package_has_a_name_of_ours() -> None:
    owners = importlib.metadata.packages_distributions()
    for name in PACKAGES:
        assert set(owners.get(name, [])) <= {"tenderline"}, name


def test_no_dag_file_hides_a_package() -> None:
    """Airflow puts the folder of the DAG files on the path."""
    taken = {*PACKAGES, *sys.stdlib_module_names, *importlib.metadata.packages_distributions()}
    files = {path.stem for path in (ROOT / "dags").glob("*.py")} - {"__init__"}
    assert files
    assert not files & taken


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as file:
        yield file


def test_a_wheel_has_the_packages_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    names = {top(name.replace("/", ".")) for name in wheel.namelist() if ".dist-info/" not in name}
    assert names == set(PACKAGES)


def test_a_wheel_carries_every_file_of_its_packages(wheel: zipfile.ZipFile) -> None:
    kinds = {".py", ".toml", ".csv", ".html", ".json", ".css"}
    ours = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.suffix in kinds
    }
    assert ours <= set(wheel.namelist())
    assert "extractors/sources/find_a_tender.toml" in ours
    assert "transforms/ocds/codes.csv" in ours


def test_a_wheel_holds_nothing_that_was_made_here(wheel: zipfile.ZipFile) -> None:
    made = ("__pycache__", ".pyc", ".parquet", ".zst", ".db", ".cfg")
    assert not [name for name in wheel.namelist() if any(kind in name for kind in made)]


def test_a_wheel_has_the_licence_and_the_command(wheel: zipfile.ZipFile) -> None:
    info = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "tenderline = tenderline.cli:main" in wheel.read(info).decode()
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())
