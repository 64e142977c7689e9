"""What the simulated people and the operator may ask for over HTTP, checked before anything is done."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from config.settings import Service, Size
from simulator.platform.commands import Forgery

Text = Annotated[str, Field(min_length=1, max_length=64)]


class Ask(BaseModel):
    """A request's body: unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PublishDirectory(Ask):
    """Publish everybody and everything."""

    full: Literal[True] = True


class Expect(Ask):
    """Announce one more consignment; what is left out is chosen."""

    recipient: Text
    size: Size = Size.S
    true_size: Size | None = None
    service: Service = Service.PARCEL
    direction: Literal["inbound", "outbound"] = "inbound"
    carrier: Text | None = None
    consignment: Text | None = None
    waybill: Annotated[str, Field(pattern=r"^[A-Z0-9-]{4,40}$")] | None = None
    deadline_h: Annotated[int, Field(gt=0)] | None = None


class DelegateTo(Ask):
    """A new delegate code for one consignment."""

    consignment: Text


class SendCommand(Ask):
    """Sign a command and send it, truly or forged. The body goes out as it is, so that a wrong one can be sent too."""

    body: dict[str, Any]
    not_after_s: Annotated[float, Field(gt=0, le=86400)] = 60
    command_id: Text | None = None
    forge: Forgery | None = None
    expired: bool = False


class Replay(Ask):
    """Send the same token again."""

    command_id: Text
