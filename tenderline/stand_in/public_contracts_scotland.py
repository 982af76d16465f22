"""A stand-in of Public Contracts Scotland: the facts in which it differs from its platform.

Its releases have no ids in 2019; later ids and all party ids are counters of the answer.
"""

from tenderline.stand_in.cases import Plan
from tenderline.stand_in.proactis import Platform
from tenderline.stand_in.proactis_notices import COURSES, EPOCH, GAPS, SCOTTISH, Site
from tenderline.stand_in.proactis_release import Wording

SITE = Site(
    plan=Plan(
        name="public_contracts_scotland",
        epoch=EPOCH,
        offset=10_000,
        lines=(*COURSES, ("S03", 60), ("S04", 20)),
        gaps=GAPS,
    ),
    prefix=SCOTTISH,
    digits=10,
    counted=True,
    # The site's own numbers as its API page has them; a consumer swaps 101 and 102.
    kinds=(
        *((1, "F01"), (2, "F02"), (3, "F03"), (14, "F14"), (20, "F20")),
        *((101, "S01"), (102, "S02"), (103, "S03"), (104, "S04")),
        *((number, "") for number in (4, 5, 6, 7, 12, 13, 15, 21, 22, 23, 24, 25)),
    ),
    locales=((2057, "EN"),),
    wording=Wording(
        site="https://www.publiccontractsscotland.gov.uk",
        link="https://api.publiccontractsscotland.gov.uk/v1/Notice?id={ocid}",
        mark="SC",
        languages=("en",),
        regions=("UKM50", "UKM61", "UKM66", "UKM71", "UKM75", "UKM82", "UKM91"),
        prefixed=False,
        tests=False,
    ),
)


class StandIn(Platform):
    """Public Contracts Scotland, by month and notice type."""

    TITLE = "Public Contracts Scotland"
    SITE = SITE
    PER_DAY = 16  # a few hundred notices a month
