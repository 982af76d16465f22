import pytest

from validation.gate import Result, decide

GOOD = Result("a", "t", ok=True, fatal=True, observed="1", message="m")
WARNS = Result("b", "t", ok=False, fatal=False, observed="2", message="m")
BLOCKS = Result("c", "t", ok=False, fatal=True, observed="3", message="m")


@pytest.mark.parametrize(
    ("results", "decision"),
    [
        ([], "publish"),
        ([GOOD], "publish"),
        ([GOOD, WARNS], "publish-with-warnings"),
        ([WARNS, BLOCKS, GOOD], "block"),
        ([BLOCKS], "block"),
    ],
)
def test_the_decision(results: list[Result], decision: str) -> None:
    assert decide(results).decision == decision


def test_reasons_name_every_failure_fatal_ones_first() -> None:
    assert decide([GOOD, WARNS, BLOCKS]).reasons == ("c of t: m (3)", "b of t: m (2)")
