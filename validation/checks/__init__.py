"""The checks: small functions, each with an id, a version, a severity and a source.

Owns what is looked at. What a failure means for an edition is the gate's business.
"""

from kernel.native import prefer

__path__ = prefer(__name__, __path__)
