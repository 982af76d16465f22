"""Facts files: TOML read strictly into frozen dataclasses.

Owns the rule that an unknown, missing or mistyped key is an error naming the file and the key.
Knows nothing of what the facts mean.
"""

import dataclasses
import math
import re
import tomllib
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from kernel.errors import ConfigError

T = TypeVar("T")

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
DURATION = re.compile(r"([1-9][0-9]{0,8})([smhd])")  # not beyond what a timedelta holds


def read_facts(path: Path, cls: type[T], **known: object) -> T:
    """The facts in `path` as an instance of the dataclass `cls`.

    Args:
        path: a TOML file.
        cls: a dataclass; nested dataclasses are tables. Fields in `known` are not read.
        known: values of fields that do not come from the file, such as an id.

    Raises:
        ConfigError: the file is unreadable or not TOML, or a key is unknown, missing or mistyped.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"cannot read the facts: {error}", path=str(path)) from error
    return typing.cast("T", _build(cls, data, str(path), "", known))


def _build(cls: Any, data: Mapping[str, Any], path: str, at: str, known: Mapping[str, Any]) -> Any:
    fields = {field.name: field for field in dataclasses.fields(cls) if field.name not in known}
    for key in data:
        if key not in fields:
            choices = ", ".join(fields)
            raise ConfigError(f"unknown key {at}{key}: the known keys are {choices}", path=path)
    hints = typing.get_type_hints(cls)
    values = dict(known)
    for name, field in fields.items():
        if name in data:
            values[name] = _value(hints[name], data[name], path, f"{at}{name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise ConfigError(f"missing key {at}{name}: add it", path=path)
    return cls(**values)


def _value(hint: Any, value: Any, path: str, at: str) -> Any:
    """`value` checked against the type `hint`, converted where TOML has no such type."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint) and isinstance(value, dict):
        return _build(hint, value, path, f"{at}.", {})
    if origin is Mapping and isinstance(value, dict):
        return {name: _value(args[1], item, path, f"{at}.{name}") for name, item in value.items()}
    if origin is tuple and isinstance(value, list):
        return tuple(_value(args[0], item, path, at) for item in value)
    if origin in (types.UnionType, typing.Union):
        return _one_of([arg for arg in args if arg is not types.NoneType], value, path, at)
    return _plain(hint, value, path, at)


def _one_of(hints: list[Any], value: Any, path: str, at: str) -> Any:
    """`value` as the first of `hints` that it fits; else the error says what all of them want."""
    for hint in hints[:-1]:
        try:
            return _value(hint, value, path, at)
        except ConfigError:
            continue
    try:
        return _value(hints[-1], value, path, at)
    except ConfigError:
        if len(hints) == 1:
            raise
    wanted = " or ".join(_wanted(hint) for hint in hints)
    raise ConfigError(f"key {at}: {value!r} is not {wanted}", path=path)


def _plain(hint: Any, value: Any, path: str, at: str) -> Any:
    """`_value` of what is neither a table nor a list."""
    if typing.get_origin(hint) is typing.Literal and value in typing.get_args(hint):
        return value
    if hint is timedelta and isinstance(value, str) and (match := DURATION.fullmatch(value)):
        return timedelta(**{UNITS[match[2]]: int(match[1])})
    if hint is float and type(value) in (int, float) and math.isfinite(value):
        return float(value)
    if hint in (str, int, bool) and type(value) is hint:
        return value
    if hint is date and isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ConfigError(f"key {at}: {value!r} is not {_wanted(hint)}", path=path)


def _wanted(hint: Any) -> str:
    if typing.get_origin(hint) is typing.Literal:
        return "one of " + ", ".join(map(repr, typing.get_args(hint)))
    if hint is timedelta:
        return "a duration such as '6h' (units s, m, h, d)"
    if hint is float:
        return "of type float, a finite number"
    return f"of type {getattr(hint, '__name__', hint)}"
