"""Timeliness: how dates of awards lie to those of publication and of the deadline.

Days are compared as they were published, each on its own clock. Source: the order of a procurement,
from the call to the notice of the award.
"""

from datetime import timedelta
from typing import Any

from validation.checks.registry import Fail, check
from validation.process import Process, below
from validation.spots import TOP, Where

NOTICE, LIGHT_TOUCH = timedelta(30), timedelta(120)
DAY = timedelta(1)
SIGNED = {"award": "date", "contract": "dateSigned"}  # the date to report on, by release tag


@check("timely.award_published", severity="info")
def award_published(process: Process, fail: Fail) -> int:
    """An award or contract is published within 30 days of its date.

    Source: Public Contracts Regulations 2015, regulation 50 (award notices), and Procurement Act
    2023, section 53 (contract details notices; 120 days for light-touch contracts). Published is
    what `datePublished` says, or the release's date where its tags say that it is the first to tell
    of the award or contract: later releases repeat the date.
    """
    tags, applied = process.release.get("tag"), 0
    regime = process.tender.get("specialRegime")
    span = LIGHT_TOUCH if isinstance(regime, list) and "lightTouch" in regime else NOTICE
    for tag, kind in (("award", "Award"), ("contract", "Contract")):
        field = SIGNED[tag]
        node: dict[str, Any]
        for node, where in process.objects[kind]:
            if field not in node:
                continue
            published = node.get("datePublished")
            if published is None and isinstance(tags, list) and tag in tags:
                published = process.release.get("date")
            applied += _within(process, fail, node, where, field, published, span)
    return applied


def _within(
    process: Process,
    fail: Fail,
    node: dict[str, Any],
    where: Where,
    field: str,
    published: Any,
    span: timedelta,
) -> int:
    dated, told = process.moment(node[field]), process.moment(published)
    if dated is None or told is None:
        return 0
    late = told - dated - span
    if late >= DAY:
        message = f"dated {node[field]:.25}, published {published:.25}: {late.days} days late"
        fail(where, field, node[field], message)
    return 1


@check("timely.award_after_deadline", of="Award", severity="warning")
def award_after_deadline(process: Process, fail: Fail) -> int:
    """An award is not dated before the last day for tenders."""
    awards = process.objects["Award"]
    if not awards:
        return 0
    applied = 0
    for period, _ in below(process.tender, TOP, "tenderPeriod"):
        end = period.get("endDate", "")
        if process.moment(end) is None:
            continue
        node: dict[str, Any]
        for node, where in awards:
            day = node.get("date", "")
            if process.moment(day) is None:
                continue
            applied += 1
            if day.strip()[:10] < end.strip()[:10]:
                told = f"awarded {day:.25}, but tenders could come until {end:.25}: correct one"
                fail(where, "date", day, told)
    return applied
