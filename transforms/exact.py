"""A number that no float of 64 bits holds.

Owns it. It stays a Python class where the modules around it are compiled: those have no kinds of
float of their own.
"""


class ExactNumber(float):
    """A number that a float cannot hold, with its published text."""

    text: str
