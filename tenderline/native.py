"""Compiles the hot modules with mypyc: `python -m tenderline.native`, a part of `make install`.

Owns the building. A machine without a C compiler does without, and is told so in a line.
"""

import os
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path

from kernel import native


def build() -> str:
    """Compile the modules unless that was done; what to say of it."""
    place = native.folder()
    if place.is_dir():
        return "the hot modules are compiled already"
    compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
    header = Path(sysconfig.get_paths()["include"]) / "Python.h"
    if not shutil.which(compiler) or not header.is_file():
        return "no C compiler or no headers of Python: the hot modules run as Python, more slowly"
    native.PLACE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=native.PLACE) as scratch:
        _compile(Path(scratch))
        for old in native.PLACE.iterdir():
            if old != Path(scratch):
                shutil.rmtree(old)
        Path(scratch, "lib").rename(place)
    return f"{len(native.MODULES)} hot modules are compiled"


def _compile(scratch: Path) -> None:
    """Leave the compiled modules in `scratch/lib`."""
    from mypyc.build import mypycify
    from setuptools import Distribution
    from setuptools.command.build_ext import build_ext

    os.chdir(native.ROOT)
    files = [str(native.source_of(m).relative_to(native.ROOT)) for m in native.MODULES]
    options = ["--cache-dir", str(scratch / "cache"), "--config-file", "pyproject.toml"]
    made = mypycify([*options, *files], opt_level="2", target_dir=str(scratch / "c"))
    command = build_ext(Distribution({"name": "native", "packages": [], "ext_modules": made}))
    command.build_lib, command.build_temp = str(scratch / "lib"), str(scratch / "temp")
    command.ensure_finalized()
    command.run()


if __name__ == "__main__":
    sys.stderr.write(f"{build()}\n")
