"""The made-up bodies that buy and companies that win.

It owns who exists for one seed and under which identifiers they are known. It decides neither
who buys from whom nor how a notice writes them down. Numbers are taken from ranges that no
register has issued, so that nothing here points at a real organisation.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tenderline.stand_in import wording
from tenderline.stand_in.dice import Dice

Json = dict[str, Any]

BUYERS = 600
COMPANIES = 4000
UNREGISTERED = 900_000  # the source numbers parties without an identifier, far below this

# Act notices identify nearly everyone; the central register gives a number to whoever asks.
BUYER_SCHEMES = (
    *(("GB-PPON", 84.0), ("GB-COH", 10.0), ("GB-UKPRN", 2.0), ("GB-CHC", 1.5)),
    *(("GB-MPR", 1.0), ("", 0.5)),
)
COMPANY_SCHEMES = (
    *(("GB-COH", 58.0), ("GB-PPON", 28.0), ("", 12.0), ("GB-CHC", 1.0)),
    *(("GB-SC", 0.3), ("GB-NIC", 0.2), ("IM-CR", 0.2)),
)
NUMBERS = {
    "GB-COH": "99{:06d}",
    "GB-CHC": "99{:05d}",
    "GB-UKPRN": "99{:06d}",
    "GB-MPR": "99{:03d}R",
    "GB-SC": "SC99{:04d}",
    "GB-NIC": "99{:04d}",
    "IM-CR": "99{:04d}C",
    "GB-NHS": "Z{:03d}",
}
REGIONS = (
    *("UKC14", "UKC22", "UKD33", "UKD61", "UKD72", "UKE12", "UKE41", "UKF11", "UKF21", "UKG31"),
    *("UKG24", "UKH12", "UKH25", "UKI31", "UKI41", "UKI32", "UKJ14", "UKJ27", "UKJ44", "UKK15"),
    *("UKK23", "UKL15", "UKL22", "UKM72", "UKM82", "UKN06"),
)
ABROAD = (("IE", "Ireland"), ("US", "United States"), ("DE", "Germany"))


@dataclass(frozen=True, slots=True)
class Organisation:
    """A body or company, whichever way notices happen to name it."""

    number: int
    name: str
    kind: str
    place: str
    region: str
    country: tuple[str, str]
    scheme: str
    ppon: str
    sme: bool
    vcse: bool

    def identity(self, *, act: bool) -> tuple[str, str]:
        """Give scheme and number; older notices mostly had none, hence an empty scheme."""
        known = self.scheme == "GB-NHS" or (self.scheme == "GB-COH" and self.number % 2 == 0)
        if not self.scheme or not (act or known):
            return "", str(UNREGISTERED + self.number)
        if self.scheme == "GB-PPON":
            return self.scheme, self.ppon
        return self.scheme, NUMBERS[self.scheme].format(self.number)

    def reference(self, *, act: bool) -> Json:
        """Point to the organisation from a buyer, a supplier or a tenderer field."""
        scheme, number = self.identity(act=act)
        return {"id": f"{scheme or 'GB-FTS'}-{number}", "name": self.name}


@lru_cache(maxsize=4)
def buyers(seed: int) -> tuple[Organisation, ...]:
    """List the public bodies of one seed, the busiest first."""
    return tuple(_buyer(seed, index) for index in range(BUYERS))


@lru_cache(maxsize=4)
def companies(seed: int) -> tuple[tuple[Organisation, ...], tuple[Organisation, ...]]:
    """List the companies of one seed: small and medium ones, then large ones."""
    known = [_company(seed, index) for index in range(COMPANIES)]
    return tuple(c for c in known if c.sme), tuple(c for c in known if not c.sme)


def _buyer(seed: int, index: int) -> Organisation:
    dice = Dice(seed, "buyer", index)
    place = _place(index)
    # Steps of 7 spread the kinds over the places; the last term makes every name unique.
    starts = len(wording.PLACE_STARTS) * len(wording.PLACE_ENDS)
    pattern, kind = wording.BODIES[(index * 7 + index // starts) % len(wording.BODIES)]
    scheme = "GB-NHS" if kind == "health" and dice.chance(0.5) else dice.weigh(BUYER_SCHEMES)
    return Organisation(
        number=index,
        name=pattern.format(place=place),
        kind=kind,
        place=place,
        region=dice.pick(REGIONS),
        country=("GB", "United Kingdom"),
        scheme=scheme,
        ppon=_ppon(dice),
        sme=False,
        vcse=False,
    )


def _company(seed: int, index: int) -> Organisation:
    dice = Dice(seed, "company", index)
    starts, trades = len(wording.COMPANY_STARTS), len(wording.COMPANY_TRADES)
    name = (
        f"{wording.COMPANY_STARTS[index % starts]} "
        f"{wording.COMPANY_TRADES[index // starts % trades]}"
        f"{wording.COMPANY_MIDDLES[index // (starts * trades)]}"
    )
    name = f"{name} {dice.weigh(wording.COMPANY_ENDS)}"
    abroad = dice.chance(0.04)
    scheme = "" if abroad else dice.weigh(COMPANY_SCHEMES)
    return Organisation(
        number=BUYERS + index,
        name=name.upper() if dice.chance(0.2) else name,
        kind="company",
        place=_place(dice.between(0, 239)),
        region=dice.pick(REGIONS),
        country=dice.pick(ABROAD) if abroad else ("GB", "United Kingdom"),
        scheme=scheme,
        ppon=_ppon(dice),
        sme=dice.chance(0.66),
        vcse=scheme == "GB-CHC" or dice.chance(0.03),
    )


def _place(index: int) -> str:
    starts = len(wording.PLACE_STARTS)
    end = wording.PLACE_ENDS[index // starts % len(wording.PLACE_ENDS)]
    return f"{wording.PLACE_STARTS[index % starts]}{end}"


def _ppon(dice: Dice) -> str:
    letters = "BCDGHJLMNPQRTVWXYZ"
    head = "".join(dice.pick(letters) for _ in range(3))
    tail = "".join(dice.pick(letters) for _ in range(4))
    return f"P{head}-{dice.between(1000, 9999)}-{tail}"
