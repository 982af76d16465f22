"""Great Expectations suites: one for each table, one for the metrics frame.

Owns what is expected of tables, derived from their facts and the model of OCDS, and the running of
it. Bulk work is
DuckDB's; Great Expectations sees frames of at most 200,000 rows. Data Docs are never built: they
write values unescaped and load assets of third parties.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from transforms.ocds.model import EVERY, model
from transforms.ocds.places import field_at
from transforms.tables.schema import Table, tables
from validation.gate import Result

SLICE = 200_000  # rows in one frame: Great Expectations takes about a second for it
LISTED = 5  # columns named in a result; more are only counted
CLOSED = {"partyScale"}  # open in the standard; what it measures, SME or not, bears no third code
FATAL, WARN = {"fatal": True}, {"fatal": False}
SECTIONS = ["planning", "tender", "award", "contract", "implementation", "process"]


def check_tables(files: Mapping[str, Path]) -> Iterator[Result]:
    """Every table against its suite, slice by slice; one result for each expectation."""
    validate = _validator()
    for name, table in tables().items():
        found: dict[tuple[str, str], Result] = {}
        for frame in _slices(files[name]):
            for result in validate(name, frame, _table_suite(table)):
                worst = found.setdefault((result.check, result.message), result)
                if worst.ok and not result.ok:
                    found[result.check, result.message] = result
        yield from found.values()


def check_metrics(frame: pd.DataFrame) -> Iterator[Result]:
    """The metrics frame against its suite."""
    yield from _validator()("metrics", frame, _metrics_suite())


def _slices(path: Path) -> Iterator[pd.DataFrame]:
    file = pq.ParquetFile(path)
    if not file.metadata.num_rows:
        yield file.read().to_pandas()
    for batch in file.iter_batches(batch_size=SLICE):
        yield batch.to_pandas()


def _table_suite(table: Table) -> list[Any]:
    import great_expectations.expectations as gxe

    names = [column.name for column in table.columns]
    suite = [
        gxe.ExpectTableColumnsToMatchOrderedList(column_list=names, meta=FATAL),
        *(gxe.ExpectColumnValuesToNotBeNull(column=key, meta=FATAL) for key in table.key),
    ]
    if len(table.key) == 1:
        suite.append(gxe.ExpectColumnValuesToBeUnique(column=table.key[0], meta=FATAL))
    else:
        suite.append(gxe.ExpectCompoundColumnsToBeUnique(column_list=list(table.key), meta=FATAL))
    suite += [
        gxe.ExpectColumnValuesToBeInSet(column=name, value_set=codes, meta=WARN)
        for name, codes in _codes(table)
    ]
    return suite


def _codes(table: Table) -> Iterator[tuple[str, list[str]]]:
    """The columns that hold one of a closed set of codes, with these, as the model gives them."""
    codelists = model(EVERY).codelists
    for column in table.columns:
        if column.name == "section":
            yield column.name, SECTIONS
        path = column.model_path(table.object) if column.type == "text" else None
        field = field_at(*path) if path else None
        if field and field.codes in codelists and (field.codes in CLOSED or not field.open):
            yield column.name, sorted(codelists[field.codes])


def _metrics_suite() -> list[Any]:
    import great_expectations.expectations as gxe

    zero = {"min_value": 0, "max_value": 0}
    return [
        gxe.ExpectTableRowCountToEqual(value=len(tables()), meta=FATAL),
        *(
            gxe.ExpectColumnValuesToBeBetween(column=name, **zero, meta=FATAL)
            for name in ("null_keys", "duplicate_keys", "orphans")
        ),
        *(
            gxe.ExpectColumnValuesToBeBetween(column=name, **zero, meta=WARN)
            for name in ("money_without_currency", "negative_money")
        ),
    ]


def _validator() -> Any:
    """A function that validates one frame in an ephemeral context, with analytics off."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when the package is imported
    import great_expectations as gx  # 4 s and 280 MB: paid only where it is used
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(enable=False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    frames = context.data_sources.add_pandas("tables")

    def validate(name: str, frame: pd.DataFrame, expectations: list[Any]) -> Iterator[Result]:
        if name not in frames.get_asset_names():
            frames.add_dataframe_asset(name).add_batch_definition_whole_dataframe("all")
        definition = frames.get_asset(name).get_batch_definition("all")
        batch = definition.get_batch(batch_parameters={"dataframe": frame})
        suite = gx.ExpectationSuite(name=name, expectations=expectations)
        for outcome in batch.validate(suite, result_format="SUMMARY").results:
            yield _result(name, outcome)

    return validate


def _result(name: str, outcome: Any) -> Result:
    config, result = outcome.expectation_config, outcome.result
    listed = config.kwargs.get("column_list", ())
    told = f"{len(listed)} columns" if len(listed) > LISTED else ", ".join(listed)
    bad, rows = result.get("unexpected_count"), result.get("element_count")
    failure = (outcome.exception_info or {}).get("exception_message")
    seen = f"{bad} of {rows} rows" if bad is not None else str(result.get("observed_value"))
    if outcome.success and isinstance(result.get("observed_value"), list):
        seen = f"{len(result['observed_value'])} columns"
    return Result(
        check=config.type,
        subject=name,
        ok=bool(outcome.success),
        fatal=bool(config.meta["fatal"]),
        observed=str(failure or seen)[:200],
        message=config.kwargs.get("column") or told,
    )
