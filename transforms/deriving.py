"""One part of the records, read and redacted once for all that is derived of it.

Owns the reading, and what is seen of each record: all of it, then what may be published. What is
made of that is the matter of the derivers.
"""

import gc
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from transforms.jsontext import loads
from transforms.lines import unpack
from transforms.privacy.masks import Masks
from transforms.privacy.redaction import Redaction
from transforms.privacy.takedowns import Takedowns


class Deriver(Protocol):
    """Makes one thing of the records of a part, which come in their order.

    A record is changed between the two calls, and is not to be changed by a deriver.
    """

    def whole(self, record: dict[str, Any], /) -> None:
        """Look at a record as it was compiled; nothing of it may be kept but to be masked."""

    def public(self, record: dict[str, Any], masks: Masks, /) -> None:
        """Take the same record as it may be published, with the masks of its texts."""

    def made(self, withheld: Mapping[str, int], /) -> bytes:
        """What is derived of the part, of which `withheld` tells what was left out, how often."""


class Reader:
    """A deriver that looks at records only as they may be published: the base of most."""

    def whole(self, record: dict[str, Any], /) -> None:
        """Look at nothing."""


Begin = tuple[Callable[..., Deriver], tuple[Any, ...]]  # what begins a deriver, and its arguments


def derived_of(data: bytes, down: Takedowns, begins: Sequence[Begin]) -> list[bytes]:
    """What is derived of a part, in the order of `begins`.

    Args:
        data: the part: packed lines, each a record.
        down: what was asked to be taken down.
        begins: what begins each deriver.

    Equal arguments give equal bytes, and those of a deriver do not depend on the others.
    """
    derivers = [begin(*arguments) for begin, arguments in begins]
    redaction = Redaction(down)
    for line in unpack(data):
        record = loads(line)
        for deriver in derivers:
            deriver.whole(record)
        masks = redaction.record(record)
        for deriver in derivers:
            deriver.public(record, masks)
    found = [deriver.made(redaction.counts) for deriver in derivers]
    del derivers
    gc.collect(0)  # nobody looks for cycles while work is shared out: what this part left is young
    return found
