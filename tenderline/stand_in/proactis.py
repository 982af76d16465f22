"""The Proactis platform, on which the Scottish and the Welsh site run: one month, one type.

It owns the routes, the envelope and the defects of the platform. A month without notices is a
package without ``releases``, and every answer begins with a byte order mark, as at the source.
It has no present of its own: every month since the site's first is already published.
"""

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from tenderline.stand_in.defects import TRANSFER
from tenderline.stand_in.packages import LICENCE, RAW
from tenderline.stand_in.pieces import LONDON
from tenderline.stand_in.proactis_notices import (
    MOST_PER_DAY,
    Published,
    Site,
    history_of,
    month_of,
    numbered,
)
from tenderline.stand_in.server import Server
from tenderline.stand_in.wire import Reply

Json = dict[str, Any]

MONTHS, ONE = "/v1/Notices", "/v1/Notice"
USUAL = {"noticeType": "2", "outputType": "0", "locale": "2057"}
DEFECTS = {
    "sql_500": "status 500 with the text of an SQL error, for every month",
    "type_2_500": "status 500 for contract notices, which are type 2, only",
    "forbidden_403": "status 403, once unless told otherwise",
    "moving_counters": "the numbers of parties and releases begin elsewhere in every answer",
    "broken_urls": 'some contact points have the address "http://"',
    **TRANSFER,
}
EXTENSIONS = [
    "https://standard.open-contracting.org/profiles/eu/latest/en/extension.json",
    f"{RAW}/portaledcahn/ocds_Links_extension/main/extension.json",
]
BOM = b"\xef\xbb\xbf"
CONTACT_URL = re.compile(r'("telephone":"[^"]*","url":")[^"]*"')


class Platform(Server):
    """A site of the platform; the subclass says which."""

    SITE: ClassVar[Site]
    DEFECTS: ClassVar[Mapping[str, str]] = DEFECTS
    TIMES: ClassVar[Mapping[str, int]] = {"burst_503": 3, "forbidden_403": 1}
    MOST_PER_DAY = MOST_PER_DAY

    def answer(self, target: str) -> Reply:
        """Answer a month and a type with all its notices, an ocid with its process."""
        path, _, text = target.partition("?")
        given = dict(parse_qsl(text))
        if self.faults.take("forbidden_403"):
            return Reply(403, b'{"Message":"Authorization has been denied for this request."}')
        language = dict(self.SITE.locales).get(_number(given, "locale"))
        if path not in {MONTHS, ONE} or language is None:
            return _refused(400 if path in {MONTHS, ONE} else 404)
        if path == ONE:
            found = history_of(self.SITE, self.seed, given.get("id", ""), self.per_day)
            if not found:
                return _refused(404)
            return self._package(target, found, language, found[0].day)
        return self._month(target, given, language)

    def _month(self, target: str, given: dict[str, str], language: str) -> Reply:
        kind = dict(self.SITE.kinds).get(_number(given, "noticeType"))
        # Without a type the month is ignored, as a consumer found; the layout of the XML that
        # another output type would give is not known, so it is refused.
        month = _month_of(given.get("dateFrom", "") if "noticeType" in given else "")
        if kind is None or month is None or _number(given, "outputType") != 0:
            return _refused(400)
        if self.faults.take("sql_500") or (kind == "F02" and self.faults.take("type_2_500")):
            said = {"Message": "An error has occurred.", "ExceptionType": "SqlException"}
            said["ExceptionMessage"] = "Error converting data type nvarchar to float."
            return Reply(500, json.dumps(said).encode())
        found = list(month_of(self.SITE, self.seed, month, self.per_day, kind))
        return self._package(target, found, language, found[0].day if found else month)

    def _package(self, target: str, found: list[Published], language: str, day: dt.date) -> Reply:
        start = 1 + (self.requests_served if self.faults.take("moving_counters") else 0)
        texts = numbered(found, start)
        texts = [text.replace('"language":"EN"', f'"language":"{language}"') for text in texts]
        if texts and self.faults.take("broken_urls"):
            texts[::4] = [CONTACT_URL.sub(r'\1http://"', text) for text in texts[::4]]
        front: Json = {"uri": self.url + target, "version": "1.1", "extensions": EXTENSIONS}
        front |= {"publishedDate": f"{day}T00:00:00Z", "publisher": {"name": self.TITLE}}
        front |= {"license": LICENCE}
        head = json.dumps(front, separators=(",", ":"))
        releases = f',"releases":[{",".join(texts)}]' if texts else ""
        return Reply(200, BOM + f"{head[:-1]}{releases}}}".encode())


def _number(given: dict[str, str], name: str) -> int:
    text = given.get(name, USUAL[name])
    return int(text) if re.fullmatch(r"[0-9]{1,5}", text) else -1


def _month_of(text: str) -> dt.date | None:
    """Read ``mm-yyyy``; nothing given is the current month, something else is no month."""
    if not text:
        return dt.datetime.now(LONDON).date().replace(day=1)
    found = re.fullmatch(r"(0[1-9]|1[0-2])-((?:19|20)[0-9]{2})", text)
    return dt.date(int(found[2]), int(found[1]), 1) if found else None


def _refused(status: int) -> Reply:
    return Reply(status, b'{"Message":"The request is invalid."}')
