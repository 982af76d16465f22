"""Every check of single releases, in the order of reports.

Owns the list only: a module of checks registers its checks when it is imported.
"""

from importlib import import_module

from validation.checks.registry import REGISTER

MODULES = (
    "conformance",
    "coherence",
    "coherence_dates",
    "consistency",
    "consistency_parties",
    "references",
    "fields",
    "fields_contacts",
    "fields_documents",
    "ours_money",
    "ours_values",
    "ours_awards",
    "ours_identity",
    "ours_sme",
    "ours_timeliness",
)

for _name in MODULES:
    import_module(f"validation.checks.{_name}")

CHECKS = tuple(REGISTER.values())
