"""Bytes from procurement systems, kept exactly as received.

Owns the facts of each source, polite HTTP and paging. Never interprets what the bytes say, beyond
finding the next page.
"""
