"""The JSON files of an edition: made once of each part of the records, then put together.

Owns what is made of a part, and the layout of `json/` and of the quarantine list.
"""
