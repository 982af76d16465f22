"""A look at many texts at once tells what a look at each of them would."""

from hypothesis import given
from hypothesis import strategies as st

from transforms.privacy.patterns import TELEPHONE, mask, suspicious

PIECES = st.sampled_from(
    ["01632 960123", "+44 1632 960 123", "Tel 0345 600 9006", "12345678", "ref 2026-001234567",
     "£1,234,567.00", "call", "open until 12.03.2026", "\0", ""]
)  # fmt: skip
TEXTS = st.lists(st.lists(PIECES, max_size=4).map(" ".join) | st.text(max_size=30), max_size=8)


@given(TEXTS)
def test_a_number_is_suspected_among_texts_where_it_is_in_one(texts: list[str]) -> None:
    alone = [suspicious([text]) for text in texts]
    found = [TELEPHONE in mask(text, lambda _: None) for text in texts]
    assert all(told for told, masked in zip(alone, found, strict=True) if masked)
    if not any("\0" in text for text in texts):
        assert suspicious(texts) == any(alone)
    else:
        assert suspicious(texts) or not any(alone)


def test_numbers_of_two_texts_are_no_number_together() -> None:
    assert not suspicious(["01632", "960123"])
    assert suspicious(["2026-001234567 of 12345678", "01632 960123"])
