"""The published tables: their columns as rows of facts, their rows from records, and the stage.

Owns grain, keys, names and types. Never changes a value beyond giving it its type.
"""

from kernel.native import prefer

__path__ = prefer(__name__, __path__)
