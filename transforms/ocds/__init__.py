"""The model of OCDS 1.1 and its extensions: facts as rows of CSV files, read by code here.

Owns the standard's facts. From them come JSON Schemas, merge rules, paths and the reference in
`docs/ocds.md`, so that none of them disagrees with another.
"""
