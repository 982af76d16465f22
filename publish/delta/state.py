"""One process in two editions: what each says of it, and what that makes of it.

Owns which differences count as a change, and the public form in which processes are compared.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kernel import Lake, __version__
from kernel.manifest import canonical, digest
from publish.delta.fields import Difference, differences
from transforms.jsontext import dumps, loads
from transforms.privacy.policy import policy
from transforms.privacy.redaction import Redaction
from transforms.privacy.takedowns import takedowns
from transforms.values import text

ADDED, MODIFIED, REMOVED = KINDS = ("added", "modified", "removed")
Release = tuple[str, str]  # its id and the SHA-256 of its content


@dataclass(frozen=True, slots=True)
class State:
    """A process in one edition: its compiled release as published, and which releases it has."""

    line: bytes
    releases: frozenset[Release]


@dataclass(frozen=True, slots=True)
class Pair:
    """A process that is not quite the same in two editions; None where one does not have it.

    Where both states are equal, it is only told otherwise where its releases were found.
    """

    source: str
    ocid: str
    before: State | None
    after: State | None

    @property
    def kind(self) -> str | None:
        """Added, modified, removed; None if nothing of what was published of it has changed."""
        if self.before is None:
            return ADDED
        if self.after is None:
            return REMOVED
        return None if self.before == self.after else MODIFIED

    def differences(self) -> Iterator[Difference]:
        """The fields that differ, if it was modified."""
        if self.before and self.after and self.before.line != self.after.line:
            yield from differences(loads(self.before.line), loads(self.after.line))

    def gained(self) -> list[str]:
        """The ids of releases that are new, or whose content is another one."""
        return _ids(self.after, self.before)

    def lost(self) -> list[str]:
        """The ids of releases that are gone, or whose content was another one."""
        return _ids(self.before, self.after)


def _ids(state: State | None, other: State | None) -> list[str]:
    found = (state.releases if state else frozenset()) - (other.releases if other else frozenset())
    return sorted({name for name, _ in found})


def state_of(record: bytes, redaction: Redaction) -> State:
    """What is published of a process, by its line in the records."""
    found = loads(record)
    redaction.record(found)
    releases = (release_of(envelope) for envelope in found["releases"])
    return State(public_line(found), frozenset(releases))


def public_line(record: dict[str, Any]) -> bytes:
    """The compiled release of a record, as its line in the edition's files."""
    return dumps(record["compiled"])


def public_form(lake: Lake) -> str:
    """The hash of all that a state depends on beside the record: the code, and what is withheld."""
    return digest(canonical([__version__, policy().identity, takedowns(lake).identity]))


def release_of(envelope: dict[str, Any]) -> Release:
    """How a release of a record is told apart, as in the table `releases`."""
    return text(envelope["release"].get("id")) or "", str(envelope["sha256"])
