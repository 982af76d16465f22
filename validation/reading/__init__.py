"""Reading anyone's OCDS files: any size in little memory, any malformation to a clear word."""

from kernel.native import prefer

__path__ = prefer(__name__, __path__)
