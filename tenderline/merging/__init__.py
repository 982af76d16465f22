"""The command `merge`: anyone's OCDS files to compiled or versioned releases, or record packages.

Owns the way from files to one merged file. How releases are merged is `transforms.merge`'s.
"""

from kernel.native import prefer

__path__ = prefer(__name__, __path__)
