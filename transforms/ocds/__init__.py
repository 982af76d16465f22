"""The model of OCDS 1.1: facts as rows in `model.csv` and `codes.csv`, read by code here.

Owns the standard's facts. From them come the JSON Schema and the merge rules, so the two agree.
"""
