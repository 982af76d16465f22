"""Detached signatures of an edition: who vouches for it, beside what its hashes say.

Owns the names of the files and how they are checked: by the programs that made them, `ssh-keygen`
and `minisign`, over `manifest.json`, which has the hash of every other file. The signature lies
beside it and is no part of the edition: it may come later.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from kernel import ConfigError, Lake, LakeCorrupt
from kernel.lake import MANIFEST

SSH, MINISIGN = f"{MANIFEST}.sig", f"{MANIFEST}.minisig"
NAMESPACE = "file"  # what ssh-keygen(1) asks to be named in signatures of files
KEY_TYPES = ("ssh-", "ecdsa-", "sk-")  # how a public key of ssh begins that names no owner
PACKAGES = {"ssh-keygen": "openssh-client", "minisign": "minisign"}


def signed(lake: Lake, folder: str) -> str:
    """The name of the signature beside the edition in `folder`, "" if there is none."""
    return next((name for name in (SSH, MINISIGN) if lake.peek(f"{folder}/{name}")), "")


def signer(lake: Lake, folder: str, keys: Path) -> str:
    """Who signed the edition in `folder`, as the program that checked it says.

    Args:
        lake: where it is.
        folder: of the edition.
        keys: whom to believe: an `allowed_signers` file or a public key of ssh, or one of minisign.

    Raises:
        ConfigError: `keys` cannot be read, or the program that checks such signatures is not there.
        LakeCorrupt: there is no signature by such a key, or it is of other bytes.
    """
    if not keys.is_file():
        raise ConfigError("no such file of public keys", path=str(keys))
    text = keys.read_text(encoding="utf-8", errors="replace")
    mini = text.startswith(("untrusted comment:", "RW"))
    name = MINISIGN if mini else SSH
    signature = lake.peek(f"{folder}/{name}")
    if signature is None:
        message = f"it has no signature by such a key: {name} is not there"
        raise LakeCorrupt(message, path=f"{folder}/{name}")
    with _files(lake.store.read(f"{folder}/{MANIFEST}"), signature, text) as (manifest, sig, known):
        done = _minisign(manifest, sig, known) if mini else _ssh(manifest, sig, known)
    if done.returncode:
        told = " ".join((done.stdout + done.stderr).split())
        message = f"nobody in {keys} signed these bytes ({told}): get them again, or ask who did"
        raise LakeCorrupt(message, path=f"{folder}/{name}")
    return done.stdout.strip().splitlines()[0]


@contextmanager
def _files(manifest: bytes, signature: bytes, keys: str) -> Iterator[tuple[Path, Path, Path]]:
    """Local files: what was signed, the signature and the keys, each with an owner."""
    lines = keys.splitlines(keepends=True)
    owned = [f"* {line}" if line.startswith(KEY_TYPES) else line for line in lines]
    with TemporaryDirectory(prefix="tenderline-") as folder:
        found = Path(folder, MANIFEST), Path(folder, "signature"), Path(folder, "keys")
        for path, data in zip(found, (manifest, signature, "".join(owned).encode()), strict=True):
            path.write_bytes(data)
        yield found


def _ssh(manifest: Path, signature: Path, keys: Path) -> subprocess.CompletedProcess[str]:
    one = ("-s", str(signature), "-f", str(keys))
    found = _run("ssh-keygen", "-Y", "find-principals", *one, of=manifest)
    if found.returncode:
        return found
    whose = ("-I", found.stdout.splitlines()[0])
    return _run("ssh-keygen", "-Y", "verify", *one, *whose, "-n", NAMESPACE, of=manifest)


def _minisign(manifest: Path, signature: Path, keys: Path) -> subprocess.CompletedProcess[str]:
    one = ("-m", str(manifest), "-x", str(signature), "-p", str(keys))
    return _run("minisign", "-V", *one, of=manifest)


def _run(program: str, *options: str, of: Path) -> subprocess.CompletedProcess[str]:
    """Run a program that reads `of`; what it printed."""
    found = shutil.which(program)
    if found is None:
        message = f"{program} is needed to check the signature: install {PACKAGES[program]}"
        raise ConfigError(message)
    with of.open("rb") as stdin:
        return subprocess.run(  # noqa: S603 (no shell; a program that was looked up)
            [found, *options], stdin=stdin, capture_output=True, text=True, check=False
        )
