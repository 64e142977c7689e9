"""What the street cannot do, each refusal with its remedy."""

from __future__ import annotations

from collections.abc import Sequence

from config.wording import Wrong


class StreetError(Exception):
    """A request to the street that cannot be fulfilled."""


class UnknownLine(StreetError):
    """No such serial line at this site."""


class UnknownBoard(StreetError):
    """No board of that address on a serial line."""


class NoCamera(StreetError):
    """The street was started without a camera, or the camera process does not answer."""


class NotInTime(StreetError):
    """A door did not come into the awaited state in time."""


class BadRequest(StreetError):
    """The request's body or query cannot be used; the message names the field, and `mistakes` has each by itself."""

    def __init__(self, said: str, mistakes: Sequence[Wrong] = ()) -> None:
        super().__init__(said)
        self.mistakes = tuple(mistakes)
