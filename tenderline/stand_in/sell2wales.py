"""A stand-in of Sell2Wales: the facts in which it differs from its platform.

Its canonical links are malformed, its vendor's test notices stand among the others, and it can
be asked in Welsh, which changes little more than the language it claims.
"""

from tenderline.stand_in.cases import Plan
from tenderline.stand_in.proactis import Platform
from tenderline.stand_in.proactis_notices import COURSES, EPOCH, GAPS, Site
from tenderline.stand_in.proactis_release import Wording

SITE = Site(
    plan=Plan(
        name="sell2wales",
        epoch=EPOCH,
        offset=15_000,
        lines=(*COURSES, ("S03", 40)),
        gaps=GAPS,
    ),
    prefix="ocds-kuma6s-",
    digits=6,
    counted=False,
    kinds=(
        *((1, "F01"), (2, "F02"), (3, "F03"), (14, "F14"), (20, "F20")),
        *((52, "S01"), (51, "S02"), (53, "S03")),
        *((number, "") for number in (4, 5, 6, 7, 12, 13, 15, 21, 22, 23, 24, 25, 54, 55, 56)),
    ),
    locales=((2057, "EN"), (1106, "CY")),
    wording=Wording(
        site="https://www.sell2wales.gov.wales",
        link="https://api.sell2wales.gov.wales/v1?lang=cy/Notice?id={ocid}",
        mark="WA",
        languages=("en", "cy"),
        regions=("UKL11", "UKL13", "UKL14", "UKL16", "UKL18", "UKL22", "UKL24"),
        prefixed=True,
        tests=True,
    ),
)


class StandIn(Platform):
    """Sell2Wales, by month and notice type."""

    TITLE = "Sell2Wales"
    SITE = SITE
    PER_DAY = 8
