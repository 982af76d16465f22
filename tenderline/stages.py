"""The names of the stages, in their order.

Owns the names only: what a command line offers must not cost the import of what it may not run.
"""

from typing import Literal, get_args

Stage = Literal["extract", "convert", "compile", "tables", "check", "publish"]
STAGES: tuple[Stage, ...] = get_args(Stage)
