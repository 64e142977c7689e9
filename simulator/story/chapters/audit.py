"""Night: the platform's copy, the cabinet's ledger and what lies behind the doors are held against each other."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from simulator.story.kiosk import StoryFault
from simulator.story.processes import locker
from simulator.story.town import Town


def books_agree(town: Town) -> None:
    """Step 9: the copy rebuilt from events alone equals the ledger, and both equal the doors' contents."""
    ledger = _ledger_state(town)
    town.platform.get("/api/wait", seq=ledger["seq"], timeout=20)
    copy = town.platform.get("/api/copy")
    town.check(copy["ledger_id"] == ledger["ledger_id"], "the platform's copy is of another ledger")
    town.check(copy["chain_ok"], "the chain of hashes does not verify on the platform")
    for part in ("compartments", "consignments", "attempts", "templates", "credentials"):
        _same(part, copy[part], ledger[part])
    _contents_agree(town, ledger)
    violations = [entry for entry in town.street.log()["entries"] if entry["kind"] == "violation"]
    town.check(not violations, f"the boards saw what must not be: {violations[:3]}")
    held = sum(1 for door in town.street.doors().values() if door["items"])
    town.tell(
        f"9. {ledger['seq']} events: the platform's copy equals the ledger ({len(ledger['consignments'])} parcels, "
        f"{len(ledger['attempts'])} attempts, {len(ledger['templates'])} templates); {held} parcels lie where it says"
    )


def _ledger_state(town: Town) -> dict[str, Any]:
    settings = str(town.site.settings)
    subprocess.run(locker("ledger", "verify", "--config", settings), check=True, capture_output=True)  # noqa: S603
    state = subprocess.run(  # noqa: S603 - our own program
        locker("ledger", "state", "--config", settings), check=True, capture_output=True, text=True
    )
    answer: dict[str, Any] = json.loads(state.stdout)
    return answer


def _same(part: str, copy: dict[str, Any], ledger: dict[str, Any]) -> None:
    if copy.keys() != ledger.keys():
        raise StoryFault(f"{part}: only one side has {sorted(copy.keys() ^ ledger.keys())[:5]}")
    for name, row in ledger.items():
        different = {
            field: (value, copy[name].get(field)) for field, value in row.items() if copy[name].get(field) != value
        }
        if different:
            raise StoryFault(f"{part} {name} differs (ledger, platform): {different}")


def _contents_agree(town: Town, ledger: dict[str, Any]) -> None:
    for door, physical in town.street.doors().items():
        consignment = ledger["compartments"][door]["consignment"]
        expected = [town.parcel(consignment).waybill] if consignment else []
        if physical["items"] != expected:
            raise StoryFault(f"behind {door} lies {physical['items']}, but the ledger says {expected}")
