"""Lock health before failure: what a lock's own past says about its present.

Lowest first: `episodes` turns reports and door events into openings, `charts` are the change detectors, `history` is
what is kept of one lock, `diagnosis` tells causes apart by comparing locks, `book` holds all of it while the panel
works, and `store` is its file.
"""
