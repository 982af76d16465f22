"""Immutable editions in open formats, verified before a pointer moves to them.

Owns what an edition contains. Never decides whether it may go out: that is the gate's.
"""
