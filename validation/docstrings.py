"""What the docstring of a check says: its demand and its source.

Owns the reading of docstrings; what reports and pages say of a check is what its code says.
"""

import inspect
import re
from collections.abc import Callable
from typing import Any

SENTENCE = re.compile(r"\.(?:\s|$)")  # where a sentence ends; a version such as 1.1 does not end it


def demand_of(run: Callable[..., Any]) -> str:
    """What it demands: the first line."""
    return (run.__doc__ or "").partition("\n")[0]


def source_of(run: Callable[..., Any]) -> str:
    """Whose demand it is: the sentence after `Source:` in its docstring, or in its module's."""
    module = inspect.getmodule(run)
    texts = (run.__doc__ or "", (module.__doc__ if module else "") or "")
    said = (text.partition("Source")[2].partition(":")[2] for text in texts)
    whole = " ".join(next(filter(None, said), "").split())
    return SENTENCE.split(whole)[0]
