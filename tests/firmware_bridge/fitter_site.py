"""The site file of a small cabinet, as a fitter has written it: with comments, and tables in an order of its own."""

from __future__ import annotations

from pathlib import Path

FAMILY = "kerong-cu24"
SITE = """\
[site]
community = "garden"
cabinet = "gate"

[storage]
ledger = "ledger.sqlite3"
keys = "keys.toml"

# the adapter of the left half
[[lines]]
name = "left"
port = "{port}"
family = "kerong-cu24"
reply_timeout_s = 0.1
boards = [
    # the upper board
    {{ address = 1, channels = 12 }},
]

[[columns]]
name = "A"
line = "left"
board = 1
sizes = ["S", "M", "L"]

# The supply drives one lock at a time: 3 A at 12 V, measured.
# Ask the electrician before raising it.
[panel]
open_within_s = 0.3
[mqtt]
host = "localhost" # our own
[platform.signing_keys]
key = "AAAA"
"""


def written_site(folder: Path) -> Path:
    """The file in a folder, with a port beside it."""
    path = folder / "site.toml"
    path.write_text(SITE.format(port=folder / "left"), encoding="utf-8")
    return path
