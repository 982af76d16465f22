"""Each class of error has one outcome: retry, fail at once, or skip."""

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

import kernel
from dags.outcomes import outcomes
from kernel import (
    ConfigError,
    GateBlocked,
    LakeCorrupt,
    NothingNew,
    PipelineError,
    SourceChanged,
    SourceUnavailable,
)

OUTCOMES: dict[type[Exception], type[Exception]] = {
    ConfigError: AirflowFailException,
    GateBlocked: AirflowFailException,
    LakeCorrupt: AirflowFailException,
    NothingNew: AirflowSkipException,
    PipelineError: AirflowFailException,
    SourceChanged: AirflowFailException,
    SourceUnavailable: SourceUnavailable,  # left to the retries
    ZeroDivisionError: ZeroDivisionError,  # not ours: the same
}


@pytest.mark.parametrize(("raised", "outcome"), OUTCOMES.items())
def test_an_error_becomes_its_outcome(raised: type[Exception], outcome: type[Exception]) -> None:
    with pytest.raises(Exception, match="the message") as caught, outcomes():
        raise raised("the message")
    assert type(caught.value) is outcome


def test_every_class_of_error_has_an_outcome() -> None:
    public = {getattr(kernel, name) for name in kernel.__all__}
    errors = {one for one in public if isinstance(one, type) and issubclass(one, PipelineError)}
    assert errors == {one for one in OUTCOMES if issubclass(one, PipelineError)}


def test_a_failure_says_its_class_and_where() -> None:
    with pytest.raises(AirflowFailException) as caught, outcomes():
        raise SourceChanged("it is HTML", source="find_a_tender", url="http://127.0.0.1/page")
    told = "SourceChanged: it is HTML [source=find_a_tender, url=http://127.0.0.1/page]"
    assert str(caught.value) == told
    assert isinstance(caught.value.__cause__, SourceChanged)


def test_what_succeeds_goes_on() -> None:
    with outcomes():
        done = True
    assert done
