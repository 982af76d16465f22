"""Repeatable chance: one seeded generator with the few draws that inventing notices needs.

It owns the guarantee that the same words give the same draws on every machine and in every
process. It knows nothing of procurement, and it is never a source of secrets.
"""

import random
from collections.abc import Sequence
from typing import Self, TypeVar

T = TypeVar("T")


class Dice(random.Random):
    """A generator seeded by words: ``Dice(1, "2026-08-10", 7)`` always rolls the same."""

    def __new__(cls, *_words: object) -> Self:
        """Accept any number of words, where the parent accepts one seed."""
        return super().__new__(cls)

    def __init__(self, *words: object) -> None:
        """Seed from the words; text is hashed by the generator itself, not by ``hash``."""
        super().__init__("/".join(str(word) for word in words))

    def chance(self, probability: float) -> bool:
        """Tell whether something that happens this often happens now."""
        return self.random() < probability

    def pick(self, options: Sequence[T]) -> T:
        """Draw one of several equally likely things."""
        return options[int(self.random() * len(options))]

    def weigh(self, options: Sequence[tuple[T, float]]) -> T:
        """Draw one of several things given with their weights."""
        mark = self.random() * sum(weight for _, weight in options)
        for option, weight in options:
            mark -= weight
            if mark < 0:
                return option
        return options[-1][0]

    def whole(self, expected: float) -> int:
        """Round up or down so that the average stays what was expected."""
        return int(expected) + self.chance(expected - int(expected))

    def between(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return low + int(self.random() * (high - low + 1))
