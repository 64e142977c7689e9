"""Fuzzing shares files beside this one; test folders are no packages, so their place is named here."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
