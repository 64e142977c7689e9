"""The lock boards' firmware on pseudo-terminals: one file per family, and the serial line that carries them.

An independent implementation of the wire, written from the boards' documents alone.
"""
