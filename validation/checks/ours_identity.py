"""Identity: whether organizations can be told apart, and joined with other data.

Owns identifiers and names within one release; across releases they are another check's matter.
Source: OCDS 1.1 guidance on organization identifiers.
"""

import re
from functools import lru_cache
from typing import Any

from validation.checks.registry import Fail, check
from validation.lookups import listed
from validation.process import Process, name_of, said

# Letters that begin a UK company number in place of two digits: other registers and kinds of
# company. Source: Companies House, Uniform Resource Identifiers customer guide.
_LETTERS = (
    "AC|BR|CE|CS|EN|ES|FC|FE|GE|GN|GS|IC|IP|LP|NA|NC|NF|NI|NL|NO|NP|NR|NV|NZ|OC|OE|PC|RC|RS|SA|SC|"
    "SE|SF|SG|SI|SL|SO|SP|SR|SZ|ZC"
)
# Societies end in letters; a few old companies too. R0 stands for Northern Ireland before 1922.
COMPANY = re.compile(rf"\d{{7}}[\dCR]|R0\d{{6}}|(?:{_LETTERS})\d{{3}}[\dA-Z]{{3}}", re.ASCII)
ABN = re.compile(r"\d{11}", re.ASCII)
ABN_WEIGHTS = (
    10,
    1,
    3,
    5,
    7,
    9,
    11,
    13,
    15,
    17,
    19,
)  # on the digits, after 1 is taken off the first
ABN_MODULUS = 89
REMEMBERED = 20_000  # numbers and names remembered
RULES = {
    "GB-COH": "a UK company number has 8 characters, such as 01234567 or SC123456",
    "AU-ABN": "an Australian Business Number has 11 digits that add up to its checksum",
}


@check("identity.malformed_company_number", of="Identifier", severity="warning")
def malformed_company_number(process: Process, fail: Fail) -> int:
    """A UK company number or Australian Business Number has the form that its register gives.

    Source: Companies House; Australian Business Register, format of the ABN. An ABN may be set in
    groups, as the register does.
    """
    applied = 0
    node: dict[str, Any]
    for node, where in process.objects["Identifier"]:
        scheme, name = node.get("scheme"), name_of(node.get("id"))
        if name is None or name == "" or not isinstance(scheme, str) or scheme not in RULES:
            continue
        applied += 1
        if not _well_formed(scheme, str(name)):
            fail(where, "id", name, f"{name!r:.60} cannot be right: {RULES[scheme]}")
    return applied


@lru_cache(maxsize=REMEMBERED)
def _well_formed(scheme: str, text: str) -> bool:
    if scheme == "GB-COH":
        return COMPANY.fullmatch(text) is not None
    digits = text.replace(" ", "")
    if not ABN.fullmatch(digits):
        return False
    total = sum(w * int(d) for w, d in zip(ABN_WEIGHTS, digits, strict=True)) - ABN_WEIGHTS[0]
    return total % ABN_MODULUS == 0


@check("identity.same_id_other_name", severity="warning")
def same_id_other_name(process: Process, fail: Fail) -> int:
    """One identifier stands for one name.

    Compared without regard to case and spaces, among the parties and among the suppliers that
    awards name. That a reference has the name of its party is `consistent`'s question.
    """
    return _compare(process, fail, others="name")


@check("identity.same_name_other_id", severity="warning")
def same_name_other_id(process: Process, fail: Fail) -> int:
    """One name stands for one identifier."""
    return _compare(process, fail, others="id")


def _compare(process: Process, fail: Fail, others: str) -> int:
    applied = 0
    for named in _named(process):
        known: dict[Any, Any] = {}
        for name, plain, node, where in named:
            key, value = (name, plain) if others == "name" else (plain, name)
            before = known.setdefault(key, value)
            if before != value:
                text = node["name"]
                told = f"{text!r:.60} has the id {name!r:.60}, but also {before!r:.60}: correct one"
                if others == "name":
                    told = f"{name!r:.60} is {text!r:.60}, but also {before!r:.60}: correct one"
                fail(where, others, node[others], told)
        applied += len(named)
    return applied


def _named(process: Process) -> list[list[tuple[Any, ...]]]:
    """The parties, and the suppliers that awards name, where there are several: of each the id, the
    name as it is compared, itself and where it stands.
    """
    found: list[list[tuple[Any, ...]]] | None = process.known.get("named")
    if found is None:
        found = process.known["named"] = []
        for nodes in (process.objects["Organization"], process.parts["supplier"]):
            named: list[tuple[Any, ...]] = []
            node: dict[str, Any]
            for node, where in nodes if len(nodes) > 1 else ():
                name, text = name_of(node.get("id")), node.get("name")
                if name is not None and name != "" and isinstance(text, str) and text:
                    named.append((name, _plain(text), node, where))
            found.append(named)
    return found


@lru_cache(maxsize=REMEMBERED)
def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


@check("identity.internal_only", of="supplier", severity="info")
def internal_only(process: Process, fail: Fail) -> int:
    """A supplier has an identifier of a register that others can look up.

    Registers are those of org-id.guide. The numbers that the platforms hand out on their own
    (GB-PPON, GB-FTS, GB-CFS) lead to no company's filings: suppliers with nothing else
    cannot be joined with registers of companies, and their size cannot be checked.
    """
    found, registers = process.suppliers, listed("identifier_schemes")
    party: dict[str, Any]
    for party, where in found:
        more = party.get("additionalIdentifiers")
        nodes = (party.get("identifier"), *(more if isinstance(more, list) else ()))
        schemes = [
            name_of(node.get("scheme"))
            for node in nodes
            if isinstance(node, dict) and said(node.get("id"))
        ]
        if not any(scheme in registers for scheme in schemes):
            told = f"no identifier of a public register ({_list(schemes)}): add one"
            fail(where, "identifier", None, told)
    return len(found)


def _list(schemes: list[Any]) -> str:
    found = {f"{scheme:.20}" for scheme in schemes if isinstance(scheme, str)}
    return f"only {', '.join(sorted(found))}" if found else "it has none at all"
