"""What a fitter does once: find the boards, learn which door is wired where, prove that every door opens.

Everything but the last reads only; `tests/firmware_bridge/test_commissioning_reads_only.py` proves it.
"""
