"""What a run of a pull DAG covers: the period somebody asked for, or the run's own interval.

Owns that arithmetic. Has no clock of its own and does not know Airflow.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from kernel import ConfigError, Source, Window

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST = 1000  # windows in one run: Airflow maps at most 1024


def period(
    source: Source, asked: Mapping[str, str | None], begin: datetime, end: datetime, now: datetime
) -> Window:
    """The period to fetch.

    Args:
        source: whose windows.
        asked: `start` and `end` as somebody gave them, each None or empty where not given.
        begin: first moment of the run's interval; what was published earlier is looked at again
            for as long as the source's facts say.
        end: moment after the interval's last; only whole windows before it are taken.
        now: when the run was asked for. What is not yet over is never fetched: it would count as
            done.

    Raises:
        ConfigError: `asked` holds no time, ends after `now`, leaves nothing to fetch, or more
            than one run can hold.
    """
    step = source.window.step
    start, stop = (_moment(name, asked.get(name)) for name in ("start", "end"))
    if stop and stop > now:
        raise ConfigError(
            f"the period ends at {stop:%FT%TZ}, which is not over: give an earlier end"
        )
    stop = stop or _floor(min(end, now), step)
    start = start or _floor(min(begin, stop) - source.window.relook, step)
    first = datetime.combine(source.window.first, datetime.min.time(), UTC)
    found = Window(max(start, first), stop)
    if found.end - found.start > MOST * step:
        raise ConfigError(f"one run fetches at most {MOST} windows of {step}: give a later start")
    return found


def _floor(moment: datetime, step: timedelta) -> datetime:
    return EPOCH + (moment - EPOCH) // step * step


def _moment(name: str, text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{name}: {text!r} is no time such as 2026-08-10T06:00:00Z"
        raise ConfigError(message) from error
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
