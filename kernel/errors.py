"""Errors arranged by what to do next: six classes, each with one outcome.

Owns the classes and the exit code of each. Does not know Airflow: `dags/` maps them to retries.
"""

from typing import ClassVar


class PipelineError(Exception):
    """An error that says what to do next and where it happened.

    Args:
        message: what happened and what to do about it, one sentence or two.
        source: the source's id, if one is concerned.
        window: the window's name, if one is concerned.
        url: the address requested, if any.
        path: the file or lake path concerned, if any.
    """

    exit_code: ClassVar[int] = 1

    def __init__(
        self, message: str, *, source: str = "", window: str = "", url: str = "", path: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.source = source
        self.window = window
        self.url = url
        self.path = path

    def __str__(self) -> str:
        """The message, then every fact that is known, on one line."""
        names = ("source", "window", "url", "path")
        facts = [f"{name}={getattr(self, name)}" for name in names if getattr(self, name)]
        return f"{self.message} [{', '.join(facts)}]" if facts else self.message

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the crossing of a process boundary with every fact kept."""
        return _rebuild, (type(self), self.message, self.source, self.window, self.url, self.path)


def _rebuild(
    cls: type[PipelineError], message: str, source: str, window: str, url: str, path: str
) -> PipelineError:
    return cls(message, source=source, window=window, url=url, path=path)


class ConfigError(PipelineError):
    """A facts file or a command-line value is wrong: correct it, then run again."""

    exit_code = 2


class SourceUnavailable(PipelineError):
    """The source does not answer, or not whole: wait, then run again (retried by Airflow)."""

    exit_code = 75  # EX_TEMPFAIL of sysexits.h


class SourceChanged(PipelineError):
    """The source answered something it never answered before: a person must look."""

    exit_code = 3


class NothingNew(PipelineError):
    """There is legitimately nothing to do: not a failure."""

    exit_code = 0


class GateBlocked(PipelineError):
    """The verdict on an edition is "block": the last good edition stays; read the report."""

    exit_code = 4


class LakeCorrupt(PipelineError):
    """Bytes in the lake are not the bytes that were written: restore them before going on."""

    exit_code = 5
