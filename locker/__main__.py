"""`python -m locker` is `iris-locker`."""

from __future__ import annotations

from locker.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
