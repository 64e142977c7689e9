"""From a picture of an eye to an identity: pure functions on arrays, a gallery and a decision.

Nothing in here does input or output or reads a clock, except the research tools `iris.cli`, `iris.evaluation` and
`iris.bench`, which work on the user's own files.
"""
