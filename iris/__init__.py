"""From a picture of an eye to an identity: pure functions on arrays, a gallery and a decision.

Nothing in here does input or output except `iris.cli` and `iris.evaluation`, which read and write the user's own files.
"""
