"""What an edition never says of people: one policy, and how it is kept to.

Owns the policy's rows, the patterns of contact details, the list of takedowns, and the redaction of
records and texts. What is collected stays whole in the lake; all that is published passes here.
Hot modules of it are compiled where a C compiler was there: see `kernel.native`.
"""

from kernel.native import prefer

__path__ = prefer(__name__, __path__)
