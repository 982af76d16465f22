"""The command line, the replay server and the stand-in servers.

Owns how a person runs the stages without a scheduler. Holds no logic that the DAGs need.
"""
