"""The words of `iris-locker board`, one file each; `firmware_bridge/cli.py` registers them."""
