"""What a person at the cabinet cannot do, each refusal with its reason."""

from __future__ import annotations


class DoorError(Exception):
    """A hand on the cabinet met metal: the message names the door, the thing and why."""


class UnknownDoor(DoorError):
    """No such door in this cabinet."""


class DoorShut(DoorError):
    """Something was put into or taken from a compartment whose door is shut."""


class DoesNotFit(DoorError):
    """The item is bigger than the compartment."""


class NotThere(DoorError):
    """The item asked for does not lie in this compartment."""
