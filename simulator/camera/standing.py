"""Who stands before the camera, and why."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from simulator.eyes import Side


class Purpose(StrEnum):
    """Why somebody looks: with real pictures, enrolment and later looks never share one."""

    LOOK = "look"
    ENROL = "enrol"


class Standing(BaseModel):
    """One person before the camera; `person` null means nobody."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    person: Annotated[str, Field(min_length=1, max_length=64)] | None
    eye: Side = Side.RIGHT
    purpose: Purpose = Purpose.LOOK


class CannotStand(Exception):
    """Somebody cannot stand before this camera; the message says who, why, and what to do."""
