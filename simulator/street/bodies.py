"""What people send to the street: the bodies and queries of its requests."""

from __future__ import annotations

from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from config.settings import Size
from config.wording import Wrong, mistakes
from simulator.doors.faults import Jam
from simulator.doors.hook import Stuck
from simulator.street.errors import BadRequest

BodyT = TypeVar("BodyT", bound=BaseModel)


class Body(BaseModel):
    """A request's body: immutable, and strict about its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class JamBody(Body):
    """How a door jams from now on."""

    mode: Jam


class HookBody(Body):
    """How a hook sensor lies from now on; None when it works."""

    stuck: Stuck | None


class WarmBody(Body):
    """How warm a coil is from now on, degrees Celsius; beyond that it would have burnt out."""

    celsius: float = Field(ge=-40, le=170)


class FaultsBody(Body):
    """Faults to set, in words such as `left.noise=0.01`."""

    set: tuple[str, ...]


class PutBody(Body):
    """What is put into a compartment."""

    item: str = Field(min_length=1, max_length=200)
    size: Size = Size.S


class TakeBody(Body):
    """What is taken from a compartment."""

    item: str = Field(min_length=1, max_length=200)


class WaitQuery(Body):
    """Which state of which door is awaited, and for how many seconds."""

    id: str
    open: bool | None = None
    latched: bool | None = None
    timeout: float = Field(default=5.0, ge=0, le=600)


class LogQuery(Body):
    """From which entry on the log is wanted."""

    since: int = Field(default=0, ge=0)


class StandBody(Body):
    """Who stands before the camera, with which eye, and what for."""

    person: str | None
    eye: Literal["left", "right"] = "left"
    purpose: Literal["look", "enrol"] = "look"


async def read_body(request: Request, model: type[BodyT]) -> BodyT:
    """The request's JSON body.

    Raises:
        BadRequest: it is no JSON, or a field is missing, unknown or wrong.
    """
    try:
        return model.model_validate_json(await request.body() or b"{}")
    except ValidationError as error:
        raise _refused(error) from error


def read_query(request: Request, model: type[BodyT]) -> BodyT:
    """The request's query.

    Raises:
        BadRequest: a field is missing, unknown or wrong.
    """
    try:
        return model.model_validate(dict(request.query_params))
    except ValidationError as error:
        raise _refused(error) from error


def first_fault(error: ValidationError) -> str:
    """The first thing wrong with something that was read, with its place."""
    return _told(mistakes(error)[0])


def _refused(error: ValidationError) -> BadRequest:
    wrong = mistakes(error)
    return BadRequest("; ".join(map(_told, wrong)), wrong)


def _told(wrong: Wrong) -> str:
    return f"{wrong.place or 'body'}: {wrong.words}"
