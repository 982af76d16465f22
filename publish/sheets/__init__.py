"""Tables as files for spreadsheets: CSV, and workbooks that always open.

Owns how a value stands in each, and the one row for each supplier of each award. Never changes
what a value says: what does not fit is marked and counted.
"""
