"""The one place where errors of the pipeline become outcomes of Airflow tasks.

Owns the mapping: wait and retry, fail at once, or skip.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from kernel import NothingNew, PipelineError, SourceUnavailable


@contextmanager
def outcomes() -> Iterator[None]:
    """Run a stage: `SourceUnavailable` is left to the retries, `NothingNew` skips, all else of
    the pipeline's errors fails without a retry.
    """
    try:
        yield
    except SourceUnavailable:
        raise
    except NothingNew as error:
        raise AirflowSkipException(str(error)) from error
    except PipelineError as error:
        raise AirflowFailException(f"{type(error).__name__}: {error}") from error
