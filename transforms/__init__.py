"""Raw bytes to OCDS releases, to records, to tables; and the model of OCDS they all rest on.

Owns what data means. Never fetches, never judges quality.
"""

from kernel.native import prefer

__path__ = prefer(__name__, __path__)
