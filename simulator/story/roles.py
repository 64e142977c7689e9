"""The people and parcels of the story, as the platform names them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Neighbour:
    """A resident."""

    person: str
    name: str
    household: str
    camera_name: str | None
    enrolment_code: str | None


@dataclass(frozen=True)
class Worker:
    """A courier or an attendant."""

    person: str
    name: str
    number: str
    pin: str
    carrier: str | None


@dataclass(frozen=True)
class Parcel:
    """A consignment as the courier carries it: the label and its true size."""

    consignment: str
    waybill: str
    recipient: str
    carrier: str
    size: str
    true_size: str
