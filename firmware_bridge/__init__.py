"""From "unlock door 7" to bytes on a serial line, and back to what the door really did.

Lowest first: `port` moves bytes, `frames` and `boards` turn bytes into replies, `wire` holds one request in flight,
`line` looks after the boards of one serial line; `panel` is what everybody else calls.
"""
