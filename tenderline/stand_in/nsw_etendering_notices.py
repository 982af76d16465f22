"""What NSW eTendering's releases said: planned purchases, calls for tenders and contract notices.

It owns identity, the calendar and the wire format, which is OCDS 1.0 with fields of its own. It
does not page, and it knows no addresses beyond those that notices hold.
"""

import datetime as dt
import json
from functools import lru_cache
from typing import Any, NamedTuple

from tenderline.stand_in import australia, wording
from tenderline.stand_in.australia import Subject, hexadecimal, midnight
from tenderline.stand_in.dice import Dice

Json = dict[str, Any]

EPOCH = dt.date(2009, 1, 1)
MOST_PER_DAY = 500
STRIDE = 1_000  # numbers kept free for a day and kind
SITE = "https://tenders.nsw.gov.au"
PREFIX = "ocds-43qwtd"
KINDS = {"planning": ("PP", 0.15), "tender": ("RFT", 0.4), "contract": ("CN", 0.45)}
DESCRIBED = ("description", "items", "documents", "submissionMethodDetails", "deliveryLocation")
METHODS = (
    (("open", "Open Tenders", "Open"), 70),
    (("selective", "Selective Tenders", "Restricted - Public View Detailed"), 30),
)
CONTRACT_METHODS = (
    (("open", "Open"), 55),
    (("limited", "Non Tender"), 30),
    (("limited", "Limited"), 15),
)
AMENDED = 0.1  # of contract notices


class Notice(NamedTuple):
    """One notice: what kind, when it appears, and the number that is in all its identifiers."""

    seed: int
    kind: str
    day: dt.date
    number: int

    @property
    def uuid(self) -> str:
        """Write the identifier as the system's language did: three groups and a longer one."""
        serial = (self.day - EPOCH).days * STRIDE + self.number
        tail = hexadecimal(self.seed, self.kind, serial).upper()
        return f"{serial:08X}-{tail[:4]}-{tail[4:8]}-{tail[8:24]}"

    @property
    def name(self) -> str:
        """Name the release; the ocid is the same behind the prefix."""
        return f"{KINDS[self.kind][0]}-{self.uuid}"

    @property
    def moment(self) -> dt.datetime:
        """Tell when it was last changed: in office hours."""
        dice = Dice(self.seed, "moment", self.kind, self.day, self.number)
        clock = dt.time(dice.between(8, 17), dice.between(0, 59), dice.between(0, 59))
        return dt.datetime.combine(self.day, clock, australia.SYDNEY).astimezone(dt.UTC)


@lru_cache(maxsize=512)
def notices_on(seed: int, kind: str, day: dt.date, per_day: int) -> tuple[Notice, ...]:
    """List the notices of one kind on a day in Sydney, oldest first."""
    if day < EPOCH or not australia.works_on(day):
        return ()
    dice = Dice(seed, "notices", kind, day)
    count = dice.whole(per_day * KINDS[kind][1] * dice.uniform(0.8, 1.2))
    return tuple(sorted((Notice(seed, kind, day, n) for n in range(count)), key=_moment_of))


def find(seed: int, kind: str, uuid: str, per_day: int) -> Notice | None:
    """Find a notice by its identifier."""
    try:
        days, _ = divmod(int(uuid[:8], 16), STRIDE)
        day = EPOCH + dt.timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    return next((n for n in notices_on(seed, kind, day, per_day) if n.uuid == uuid), None)


def release(notice: Notice, *, whole: bool) -> str:
    """Write a release; a search leaves much of a call for tenders out, a view does not."""
    body = _head(notice) | WRITERS[notice.kind](notice)
    if notice.kind == "tender" and not whole:
        body["tender"] = {k: v for k, v in body["tender"].items() if k not in DESCRIBED}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _head(notice: Notice) -> Json:
    return {
        "ocid": f"{PREFIX}-{notice.name}",
        "id": notice.name,
        "date": _text(notice.moment),
        "language": "EN",
        "initiationType": "tender",
    }


def _planned(notice: Notice) -> Json:
    dice, subject = _draws(notice)
    year = notice.day.year
    tender = {
        "id": f"PP-{notice.day:%y%m}-{notice.number}",
        "PlannedProcurementUUID": notice.uuid,
        "title": subject.phrase,
        "description": f"<p>{subject.phrase}</p>",
        "status": "planned",
        "eTenderStatus": "draft",
        "items": _items(subject),
        "estimatedDateToMarket": f"Quarter {dice.between(1, 4)} {year}/{year + 1}",
    }
    return {"tag": ["planning"], "buyer": _buyer(dice), "tender": tender}


def _called(notice: Notice) -> Json:
    dice, subject = _draws(notice)
    method, kind, access = dice.weigh(METHODS)
    number = f"RFT-{notice.day:%y%m}-{notice.number}"
    closes = notice.day + dt.timedelta(days=dice.between(14, 40))
    view = f"{SITE}/?event=public.RFT.viewDocuments&rftuuid={notice.uuid}"
    paper = {"documentType": "tenderNotice", "id": f"{number}-1", "title": f"{number}.zip"}
    tender = {
        "id": number,
        "RFTUUID": notice.uuid,
        "title": subject.phrase,
        "description": f"<p><span>{subject.phrase}&nbsp;</span></p>",
        "status": "active",
        "eTenderStatus": "published",
        "tenderType": kind,
        "inheritanceType": "RFT",
        "RFTAccess": access,
        "multiAgencyAccess": dice.chance(0.1),
        "procurementMethod": method,
        "eTenderProcurementMethod": kind,
        "submissionMethod": ["written", "ElectronicSubmission"],
        "submissionMethodDetails": "",
        "tenderPeriod": {
            "startDate": _text(midnight(notice.day)),
            "endDate": _text(midnight(closes)),
        },
        "items": _items(subject),
        "deliveryLocation": {"gazetteer": {"scheme": "xNSWRegions", "Identifiers": ["Hunter"]}},
        "documents": [{**paper, "format": "zip", "url": view}],
    }
    return {"tag": ["tender"], "buyer": _buyer(dice), "tender": tender}


def _contracted(notice: Notice) -> Json:
    dice, subject = _draws(notice)
    method, kind = dice.weigh(CONTRACT_METHODS)
    starts = notice.day - dt.timedelta(days=dice.between(0, 60))
    ends = starts + dt.timedelta(days=dice.between(90, 1200))
    award = {
        "id": f"CN-{notice.day:%y%m}-{notice.number}",
        "CNUUID": notice.uuid,
        "publishedDate": _text(notice.moment),
        "title": subject.phrase,
        "status": "active",
        "date": _text(notice.moment),
        "value": {"amount": dice.between(150, 9_000) * 1_000, "currency": "AUD"},
        "valueDescription": "Estimated Amount Payable",
        "suppliers": [_supplier(notice.seed, dice)],
        "items": _items(subject),
        "contractPeriod": {"startDate": _text(midnight(starts)), "endDate": _text(midnight(ends))},
        "procurementMethod": method,
        "eTenderProcurementMethod": kind,
    }
    body: Json = {"tag": ["award"], "buyer": _buyer(dice), "awards": [award]}
    if dice.chance(AMENDED):
        change = {"property": "contractPeriod.endDate", "former_value": _text(midnight(starts))}
        said = {"date": _text(notice.moment), "rationale": "An option was taken up."}
        body["amendment"] = {**said, "changes": [change]}
    return body


def _draws(notice: Notice) -> tuple[Dice, Subject]:
    dice = Dice(notice.seed, "notice", notice.kind, notice.day, notice.number)
    return dice, dice.pick(australia.SUBJECTS)


def _items(subject: Subject) -> list[Json]:
    code = f" {subject.unspsc}"  # every code comes with a blank before it
    classification = {"scheme": "UNSPSC", "id": code, "description": subject.phrase}
    return [{"id": code, "classification": classification}]


def _buyer(dice: Dice) -> Json:
    place = f"{dice.pick(wording.PLACE_STARTS)}{dice.pick(wording.PLACE_ENDS)}"
    given, family = dice.pick(wording.GIVEN_NAMES), dice.pick(wording.FAMILY_NAMES)
    host = f"{place.lower()}.example.org"
    # The regulator keeps these numbers for fiction; the blank before them was always there.
    telephone = f" 02 5550 {dice.between(1000, 9999)}"
    contact = {"name": f"{given} {family}", "email": f"{given}@{host}".lower()}
    return {"name": f"{place} Council", "contactPoint": {**contact, "telephone": telephone}}


def _supplier(seed: int, dice: Dice) -> Json:
    who = dice.pick(australia.companies(seed))
    body: Json = {"name": who.name, "address": who.address}
    numbers = [number for _, number in who.identifiers if number.isdigit()]
    if not numbers:
        return body | {"ABNExempt": "yes", "ABNExemptionReason": "Exempt - Non Australian Entity"}
    grouped = f"{numbers[0][:2]} {numbers[0][2:5]} {numbers[0][5:8]} {numbers[0][8:]}"
    identifier = {"scheme": "ABN", "id": grouped, "legalName": who.name}
    return body | {"identifier": identifier, "ABNExempt": "no"}


def _moment_of(notice: Notice) -> tuple[dt.datetime, int]:
    return notice.moment, notice.number


def _text(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


WRITERS = {"planning": _planned, "tender": _called, "contract": _contracted}
