"""Stand-in servers: procurement systems made up from facts, for the demo and for tests.

The package owns an imitation of the Find a Tender API that needs no network: invented notices in
the real wire format, with the real defects on request. It is not a source of data, and nothing in
the pipeline may import it.
"""

from tenderline.stand_in.find_a_tender import DEFECTS, StandIn
from tenderline.stand_in.notices import day_of_notices

__all__ = ["DEFECTS", "StandIn", "day_of_notices"]
