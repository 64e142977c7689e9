"""What every event of the journal has."""

from __future__ import annotations

from typing import ClassVar

from mqtt.contract.base import Message


class Event(Message):
    """What happened. `kind` names it, `subject` is the field whose value the journal indexes.

    Numbers are integers, so that the RFC 8785 form of a row is the same in every language.
    """

    kind: ClassVar[str]
    subject_field: ClassVar[str]

    @property
    def subject(self) -> str:
        """The opaque id that the event is about."""
        return str(getattr(self, self.subject_field))
