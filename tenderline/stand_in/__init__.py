"""Stand-in servers: procurement systems made up from facts, for the demo and for tests.

The package owns imitations of procurement systems that need no network: invented notices in the
real wire format, with the real defects on request. It is not a source of data, and nothing in the
pipeline may import it.
"""

import importlib
import importlib.util
import pkgutil

from kernel.errors import ConfigError
from tenderline.stand_in.find_a_tender import DEFECTS, StandIn
from tenderline.stand_in.notices import day_of_notices
from tenderline.stand_in.server import Server

__all__ = ["DEFECTS", "Server", "StandIn", "day_of_notices", "known", "stand_in"]


def stand_in(source_id: str) -> type[Server]:
    """Find the stand-in of a source by the source's id.

    Raises:
        ConfigError: there is no such stand-in; the message names those there are.
    """
    found = _of_module(source_id) if source_id.isidentifier() else None
    if found is None:
        names = ", ".join(known())
        raise ConfigError(f"there is no stand-in of {source_id!r}: the stand-ins are {names}")
    return found


def known() -> list[str]:
    """List the sources that have a stand-in."""
    return [module.name for module in pkgutil.iter_modules(__path__) if _of_module(module.name)]


def _of_module(name: str) -> type[Server] | None:
    """Take ``StandIn`` from the module of that name, if it defines one itself."""
    place = f"{__name__}.{name}"
    if importlib.util.find_spec(place) is None:
        return None
    found: object = getattr(importlib.import_module(place), "StandIn", None)
    if isinstance(found, type) and issubclass(found, Server) and found.__module__ == place:
        return found
    return None
