"""Says what is wrong, with which severity, and decides once whether an edition may go out.

Owns checks, suites, the gate and the report. Never changes data.
"""

from kernel.native import prefer

__path__ = prefer(__name__, __path__)
