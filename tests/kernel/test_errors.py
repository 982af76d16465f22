"""The six classes of errors: what they say, what they become at a process boundary."""

import copy
import pickle
import subprocess
import sys

import pytest

from kernel import (
    ConfigError,
    GateBlocked,
    LakeCorrupt,
    NothingNew,
    PipelineError,
    SourceChanged,
    SourceUnavailable,
)

CLASSES = [ConfigError, GateBlocked, LakeCorrupt, NothingNew, SourceChanged, SourceUnavailable]
FACTS = {"source": "a_source", "window": "x-y", "url": "https://example.org/?a=b", "path": "a/b"}
each = pytest.mark.parametrize("cls", CLASSES)


@each
@pytest.mark.parametrize("cross", [lambda e: pickle.loads(pickle.dumps(e)), copy.copy])
def test_every_fact_survives_a_process_boundary(cls, cross):
    crossed = cross(cls("it broke: mend it", **FACTS))
    assert type(crossed) is cls
    assert {name: getattr(crossed, name) for name in FACTS} == FACTS
    assert crossed.message == "it broke: mend it"
    assert str(crossed) == str(cls("it broke: mend it", **FACTS))


def test_a_fact_learnt_after_raising_survives_too():
    error = SourceUnavailable("no answer")
    error.window = "x-y"
    assert pickle.loads(pickle.dumps(error)).window == "x-y"


@each
def test_the_text_is_the_message_then_the_known_facts(cls):
    assert str(cls("it broke", **FACTS)) == (
        "it broke [source=a_source, window=x-y, url=https://example.org/?a=b, path=a/b]"
    )
    assert str(cls("it broke", path="a/b")) == "it broke [path=a/b]"
    assert str(cls("it broke")) == "it broke"


def test_whoever_calls_the_command_can_tell_the_outcomes_apart():
    codes = {cls: cls.exit_code for cls in CLASSES}
    assert len(set(codes.values())) == len(CLASSES)
    assert codes[NothingNew] == 0
    # 1 is a defect of ours, 74 a full disk, 130 an interruption, from 126 on the shell's own.
    assert set(codes.values()).isdisjoint({1, 74})
    assert all(0 <= code < 126 for code in codes.values())


@each
def test_the_exit_code_reaches_the_shell(cls):
    code = f"import kernel, sys; sys.exit(kernel.{cls.__name__}('x').exit_code)"
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == cls.exit_code


@each
def test_one_except_clause_catches_them_all(cls):
    with pytest.raises(PipelineError, match="it broke"):
        raise cls("it broke")
