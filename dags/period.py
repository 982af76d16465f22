"""What a run of a pull DAG covers: the period somebody asked for, or the run's own interval.

Owns that arithmetic. Has no clock of its own and does not know Airflow.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from extractors.windows import plan
from kernel import ConfigError, Source, Window
from kernel.window import floor, following

MOST = 1000  # windows in one run: Airflow maps at most 1024


def period(
    source: Source,
    asked: Mapping[str, str | None],
    begin: datetime,
    end: datetime,
    now: datetime,
    *,
    again: bool = True,
) -> Window:
    """The period to fetch.

    Args:
        source: whose windows.
        asked: `start` and `end` as somebody gave them, each None or empty where not given.
        begin: first moment of the run's interval; what was published earlier is looked at again
            for as long as the source's facts say.
        end: moment after the interval's last; only whole windows before it are taken, and the
            one that is not over yet if the source's facts say so.
        again: whether to look again at what was published earlier; a backfill does not, since each
            of its runs would fetch what the runs beside it fetch.
        now: when the run was asked for. What else is not yet over is never fetched: it would count
            as done.

    Raises:
        ConfigError: `asked` holds no time, ends after `now`, leaves nothing to fetch, or more
            than one run can hold.
    """
    step, zone = source.window.step, ZoneInfo(source.fetch.clock)
    start, stop = (_moment(name, asked.get(name)) for name in ("start", "end"))
    if stop and stop > now:
        raise ConfigError(
            f"the period ends at {stop:%FT%TZ}, which is not over: give an earlier end"
        )
    cut = following if source.window.open else floor
    stop = stop or cut(min(end, now), step, zone)
    relook = source.window.relook if again else timedelta(0)
    start = start or floor(min(begin, stop) - relook, step, zone)
    first = datetime.combine(source.window.first, datetime.min.time(), zone)
    found = Window(max(start, first), stop)
    if len(plan(source, found)) > MOST:
        raise ConfigError(f"one run fetches at most {MOST} windows of {step}: give a later start")
    return found


def windows(asked: Source, period: Callable[[], Window]) -> list[Window]:
    """The windows to fetch of a period; files are one, of the days of their releases.

    Args:
        asked: the source as this run asks it.
        period: tells the period.

    Raises:
        ConfigError: as `period`, or there are no files at the place, or no place was given.
    """
    if asked.fetch.strategy != "files":
        return plan(asked, period())
    if not asked.fetch.url:
        advice = "trigger it with `place`: a folder, a file or an address"
        raise ConfigError(f"there is no place of files: {advice}", source=asked.id)
    from extractors.files import look  # not when Airflow parses the DAGs
    from transforms.days import span_of

    return [span_of(asked, (file.path for file in look(asked.fetch.url, asked).files))]


def _moment(name: str, text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{name}: {text!r} is no time such as 2026-08-10T06:00:00Z"
        raise ConfigError(message) from error
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
