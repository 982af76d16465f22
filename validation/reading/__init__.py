"""Reading anyone's OCDS files: any size in little memory, any malformation to a clear word."""
