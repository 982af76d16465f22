"""Measures tenderline beside its peers, and writes the page docs/performance.md from that.

Owns the measuring. Nothing here is asserted by a test: machines are noisy. `make bench` runs it.
"""
