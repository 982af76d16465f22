"""What the docstring of a check says: its demand and its source.

Owns the reading of docstrings; what reports and pages say of a check is what its code says.
"""

import ast
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from kernel import native

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
    tree = ast.parse(native.source_of(module).read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    said = {node.name: ast.get_docstring(node) or "" for node in functions}
    return {"": ast.get_docstring(tree) or "", **said}
