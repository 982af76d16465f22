"""Great Expectations suites: one for each table, one for the metrics frame.

Owns what is expected of tables, derived from their facts and the model of OCDS, and the running of
it. Bulk work is DuckDB's; Great Expectations sees what that counted, and the first 5,000 rows of
a table. Data Docs are never built: they write values unescaped and load assets of third parties.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from transforms.tables.schema import Table, tables
from validation.gate import Result
from validation.metrics import closed_codes

FRAME = 5_000  # rows of a table that it sees: the memory of more would not be bounded
LISTED = 5  # columns named in a result; more are only counted
FATAL, WARN = {"fatal": True}, {"fatal": False}


def check_tables(files: Mapping[str, Path]) -> Iterator[Result]:
    """The first rows of every table against its suite; one result for each expectation.

    What a suite says of rows is counted over all of them by `validation.metrics`.
    """
    validate = _validator()
    for name, table in tables().items():
        yield from validate(name, _frame(files[name]), _table_suite(table))


def check_metrics(frame: pd.DataFrame) -> Iterator[Result]:
    """The metrics frame against its suite."""
    yield from _validator()("metrics", frame, _metrics_suite())


def _frame(path: Path) -> pd.DataFrame:
    file = pq.ParquetFile(path)
    first = next(file.iter_batches(batch_size=FRAME), None)
    frame: pd.DataFrame = (file.read() if first is None else first).to_pandas()
    return frame


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
        for name, codes in closed_codes(table)
    ]
    return suite


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
            for name in ("money_without_currency", "negative_money", "unlisted_codes")
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
