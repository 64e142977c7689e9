"""What a fitter does about each kind of drift."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from firmware_bridge.reports import Drift

REMEDIES: Final[Mapping[Drift, str]] = MappingProxyType(
    {
        Drift.STUCK_DOOR: (
            "open the door and look for what holds it: a parcel that leans on it, a bent door or frame, dirt or ice at "
            "the bolt; adjust the striker until the door springs open by itself"
        ),
        Drift.LYING_SENSOR: (
            "open the door with the key and watch `iris-locker board doors`: if it does not say unlatched, or changes "
            "while nobody touches the door, replace the sensor or its cable; if it does say unlatched, the coil or its "
            "cable is dead, or the door holds the bolt so that no pulse frees it"
        ),
        Drift.WEAK_LOCK: (
            "clean and grease the lock, check the plug of its coil, and measure the coil: a resistance far from its "
            "neighbours' asks for a new lock"
        ),
        Drift.WEAK_SUPPLY: (
            "measure the voltage at the board while a lock is pulsed: a drop of more than a tenth asks for a stronger "
            "supply or thicker, shorter wires; until then keep panel.coils_at_once at 1"
        ),
    }
)
