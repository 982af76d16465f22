"""Checks of a whole edition: distributions, identities, timeliness, changes since an older one.

Owns what is demanded of the tables together. Checks of one release are in `validation.checks`.
"""
