"""What the docstring of a check says: its demand and its source.

Owns the reading of docstrings; what reports and pages say of a check is what its code says.
"""

import re
from collections.abc import Callable
from functools import cache
from inspect import cleandoc
from typing import Any

from kernel import native

# The docstring of a module, and each function at the left margin with its docstring. A parser takes
# forty milliseconds for all checks: a tenth of the time of a small file.
MODULE = re.compile(r'\A"""(.*?)"""', re.DOTALL)
FUNCTION = re.compile(r'^def (\w+)\([^"]*?:\n    """(.*?)"""', re.DOTALL | re.MULTILINE)
SENTENCE = re.compile(r"\.(?:\s|$)")  # where a sentence ends; a version such as 1.1 does not end it


def demand_of(run: Callable[..., Any]) -> str:
    """What it demands: the first line."""
    return _said_of(run).partition("\n")[0]


def source_of(run: Callable[..., Any]) -> str:
    """Whose demand it is: the sentence after `Source:` in its docstring, or in its module's."""
    texts = (_said_of(run), _said_in(run.__module__).get("", ""))
    said = (text.partition("Source")[2].partition(":")[2] for text in texts)
    whole = " ".join(next(filter(None, said), "").split())
    return SENTENCE.split(whole)[0]


def _said_of(run: Callable[..., Any]) -> str:
    return run.__doc__ or _said_in(run.__module__).get(run.__name__, "")


@cache
def _said_in(module: str) -> dict[str, str]:
    """The docstrings of a module, under "", and of its functions: compiled ones have none."""
    text = native.source_of(module).read_text(encoding="utf-8")
    found = MODULE.findall(text)[:1]
    return {name: cleandoc(said) for name, said in [("", *found), *FUNCTION.findall(text)]}
