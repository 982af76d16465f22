import re
from pathlib import Path

import pytest

from benchmarks.page import page as performance_page
from benchmarks.results import read_measured
from extractors.loader import load_all
from kernel import __version__
from tenderline import checks_reference, excel_reference, ocds_reference
from tenderline.reference import page

ROOT = Path(__file__).parents[1]


def test_the_tables_page_is_what_the_facts_say() -> None:
    told = (ROOT / "docs" / "tables.md").read_text()
    assert told == page(), "write it anew: python -m tenderline.reference > docs/tables.md"


def test_the_page_of_the_model_is_what_its_rows_say() -> None:
    told = (ROOT / "docs" / "ocds.md").read_text()
    again = "write it anew: python -m tenderline.reference ocds > docs/ocds.md"
    assert told == ocds_reference.page(), again


def test_the_page_of_the_checks_is_what_they_say() -> None:
    told = (ROOT / "docs" / "checks.md").read_text()
    again = "write it anew: python -m tenderline.reference checks > docs/checks.md"
    assert told == checks_reference.page(), again


def test_the_page_on_performance_is_what_was_measured() -> None:
    told = (ROOT / "docs" / "performance.md").read_text()
    measured = read_measured(ROOT / "docs" / "performance")
    assert told == performance_page(measured), "write it anew: python -m benchmarks.page"


def test_the_page_of_files_for_spreadsheets_is_what_the_facts_say() -> None:
    told = (ROOT / "docs" / "excel.md").read_text()
    again = "write it anew: python -m tenderline.reference excel > docs/excel.md"
    assert told == excel_reference.page(), again


@pytest.mark.parametrize(
    "document",
    [
        "README.md",
        "CHANGELOG.md",
        *(str(p.relative_to(ROOT)) for p in (ROOT / "docs").rglob("*.md")),
    ],
)
def test_relative_links_lead_somewhere(document: str) -> None:
    text = (ROOT / document).read_text()
    for link in re.findall(r"\]\((?!https?://)([^)#]+)\)", text):
        assert ((ROOT / document).parent / link).exists(), link


def test_every_source_has_a_page() -> None:
    for source in load_all():
        assert source.title in (ROOT / "docs" / "sources" / f"{source.id}.md").read_text()


def test_every_make_target_of_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)`", (ROOT / "README.md").read_text())) <= targets


def test_the_citation_names_this_version() -> None:
    assert f"version: {__version__}" in (ROOT / "CITATION.cff").read_text()


def test_the_lock_names_no_index() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "--hash=sha256:" in lock
    assert not re.search(r"://|^-", lock, re.MULTILINE)
