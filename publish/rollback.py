"""Taking back what was published: the pointer to an earlier edition, the reason beside it.

Owns the choice of the edition and the order of the writes: first the reason, then the pointer, then
what tells of them. Whoever is stopped in between gives the same command again. Nothing is removed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import dropwhile, takewhile

from kernel import ConfigError, Lake, Manifest
from publish import held, versions
from publish.chain import editions, names
from publish.pointer import latest_edition, move_back
from publish.verify import verify
from publish.withdrawn import Entries, withdraw, withdrawn


@dataclass(frozen=True, slots=True)
class RolledBack:
    """The edition that is the latest now, and those that this withdrew, the newest first."""

    latest: Manifest
    withdrawn: tuple[Manifest, ...]


def rollback(lake: Lake, publication_id: str, *, reason: str, to: str = "") -> RolledBack:
    """Point `latest.json` at an earlier edition, and withdraw those that came after it.

    Args:
        lake: where.
        publication_id: whose pointer moves.
        reason: why, for the public.
        to: the name of the edition; by default the newest one before the latest that was not
            withdrawn. It may also be one that was made of withdrawn records by mended code.

    The edition is read back and verified first. The records that were withdrawn do not come back by
    themselves; newer ones do. To say the same again changes nothing.

    Raises:
        ConfigError: there is no such edition, it was withdrawn, or no reason is given.
        LakeCorrupt: the edition is not what was written; the pointer was not touched.
    """
    if not reason.strip():
        raise ConfigError("give a reason: it is published with the withdrawal")
    latest, listed = latest_edition(lake, publication_id), editions(lake, publication_id)
    if latest is None:
        raise ConfigError(
            f"nothing was published yet, of these: {names(listed)}", source=publication_id
        )
    away = withdrawn(lake, publication_id)
    target = _named(to, listed, away) if to else _default(latest, listed, away, reason)
    verify(lake, target.folder)
    after = () if target == latest else _between(latest, target, listed, away)
    withdraw(lake, after, target, reason)
    if lake.committed(target.folder) is None:  # who removes looks at the reasons after that
        message = f"{target.version} was just removed: choose another edition"
        raise ConfigError(message, source=publication_id)
    move_back(lake, target, {*withdrawn(lake, publication_id), latest.version})
    now = latest_edition(lake, publication_id) or target
    held.stays(lake, now)
    versions.refresh(lake, publication_id)
    return RolledBack(now, tuple(after))


def _named(name: str, listed: Sequence[Manifest], away: Entries) -> Manifest:
    if name in away:
        reason = away[name]["reason"]
        message = f"{name} was withdrawn ({reason}) and stays so: choose another edition"
        raise ConfigError(message)
    for edition in listed:
        if edition.version == name:
            return edition
    good = [edition for edition in listed if edition.version not in away]
    raise ConfigError(f"no edition {name!r}: choose one of {names(good)}")


def _default(latest: Manifest, listed: Sequence[Manifest], away: Entries, reason: str) -> Manifest:
    """The newest good edition before `latest`; `latest` itself where this was done already."""
    done = (entry for entry in away.values() if entry["to"] == latest.version)
    if any(entry["reason"] == reason for entry in done):
        return latest
    rest = [*dropwhile(lambda edition: edition != latest, listed)]
    good = [edition for edition in rest if edition != latest and edition.version not in away]
    if not good:
        message = f"there is no good edition before {latest.version} to go back to"
        raise ConfigError(message, source=latest.subject)
    return good[0]


def _between(
    latest: Manifest, target: Manifest, listed: Sequence[Manifest], away: Entries
) -> tuple[Manifest, ...]:
    """From `latest` back to before `target`, but for those withdrawn; none if that is newer."""
    rest = [*dropwhile(lambda edition: edition != latest, listed)]
    if target not in rest:
        return ()
    between = takewhile(lambda edition: edition != target, rest)
    return tuple(edition for edition in between if edition.version not in away)
