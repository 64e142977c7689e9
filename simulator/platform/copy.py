"""The platform's copy of a cabinet, rebuilt from its events alone: a fold, one function for each kind of event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from simulator.platform import states
from simulator.platform.rows import Row, UnreadableRow


@dataclass
class Copy:
    """Everything the events say of one ledger, up to `seq`."""

    ledger_id: str
    seq: int = 0
    boot: int = 0
    directory_version: int | None = None
    storage_low: bool = False
    keypad: states.Keypad = field(default_factory=states.Keypad)
    compartments: dict[str, states.Compartment] = field(default_factory=dict)
    consignments: dict[str, states.Consignment] = field(default_factory=dict)
    visits: dict[str, states.Visit] = field(default_factory=dict)
    attempts: dict[str, states.Attempt] = field(default_factory=dict)
    templates: dict[str, states.Template] = field(default_factory=dict)
    consents: dict[str, states.Consent] = field(default_factory=dict)
    credentials: dict[str, states.Credential] = field(default_factory=dict)
    commands: dict[str, states.CommandState] = field(default_factory=dict)
    lines: dict[str, states.Line] = field(default_factory=dict)

    def apply(self, row: Row) -> None:
        """Fold one row; the kinds that change no state, and kinds not known here, only move `seq`.

        Raises:
            UnreadableRow: the body does not fit its kind, or names something that no event brought.
        """
        self.seq = row.seq
        self.boot = row.boot
        step = _STEPS.get(row.kind)
        if step is None:
            return
        try:
            step(self, row)
        except KeyError as error:
            raise UnreadableRow(f"{row.kind} at seq {row.seq} names {error}, which no event brought") from error


def _installed(copy: Copy, row: Row) -> None:
    name = row.word("compartment")
    known = copy.compartments.get(name)
    size = row.word("size")
    copy.compartments[name] = replace(known, size=size) if known else states.Compartment(size)


def _service(copy: Copy, row: Row) -> None:
    name = row.word("compartment")
    copy.compartments[name] = replace(copy.compartments[name], service=row.word("state"), reason=row.word("reason"))


def _door(copy: Copy, row: Row) -> None:
    name = row.word("compartment")
    copy.compartments[name] = replace(copy.compartments[name], door=row.word("latch"))


def _door_differed(copy: Copy, row: Row) -> None:
    name = row.word("compartment")
    copy.compartments[name] = replace(copy.compartments[name], door=row.word("found"))


def _line(copy: Copy, row: Row) -> None:
    copy.lines[row.word("line")] = states.Line(row.flag("up"), row.word("cause"))


def _storage(copy: Copy, row: Row) -> None:
    copy.storage_low = row.flag("low")


def _visit_started(copy: Copy, row: Row) -> None:
    copy.visits[row.word("visit")] = states.Visit(row.word("visit_kind"), row.word("means"), row.word_or_none("person"))


def _visit_ended(copy: Copy, row: Row) -> None:
    name = row.word("visit")
    copy.visits[name] = replace(copy.visits[name], result=row.word("result"))


def _attempt_started(copy: Copy, row: Row) -> None:
    copy.attempts[row.word("attempt")] = states.Attempt(
        visit=row.word("visit"),
        compartment=row.word("compartment"),
        purpose=row.word("purpose"),
        cause=row.word("cause"),
        number=row.number("number"),
    )


def _attempt_settled(copy: Copy, row: Row) -> None:
    name = row.word("attempt")
    copy.attempts[name] = replace(
        copy.attempts[name], outcome=row.word("outcome"), detail=row.word_or_none("detail") or ""
    )


def _expected(copy: Copy, row: Row) -> None:
    name = row.word("consignment")
    announced = states.Consignment(
        service=row.word("service"),
        direction=row.word("direction"),
        recipient=row.word("recipient"),
        carrier=row.word("carrier"),
        size=row.word_or_none("size"),
        deadline_h=row.number_or_none("deadline_h"),
    )
    known = copy.consignments.get(name)
    if known is not None:  # an announcement corrected keeps where the thing has been
        announced = replace(announced, last_compartment=known.last_compartment, last_visit=known.last_visit)
    copy.consignments[name] = announced


def _reserved(copy: Copy, row: Row) -> None:
    name, place = row.word("consignment"), row.word("compartment")
    _change(copy, name, state="reserved", compartment=place, reserved_by=row.word("by"), last_visit=row.word("visit"))
    _occupy(copy, place, "reserved", name)


def _relocated(copy: Copy, row: Row) -> None:
    name, place = row.word("consignment"), row.word("compartment")
    _occupy(copy, row.word("left"), "free", None)
    _change(copy, name, compartment=place, last_visit=row.word("visit"))
    _occupy(copy, place, "reserved", name)


def _deposited(copy: Copy, row: Row) -> None:
    name, place = row.word("consignment"), row.word("compartment")
    _change(
        copy,
        name,
        state="deposited",
        compartment=place,
        confirmed=row.flag("confirmed"),
        nonce=row.number("nonce"),
        deadline=row.word_or_none("deadline"),
        deposited_by=row.word("by"),
        deposited_at=row.at,
        deposit_visit=row.word("visit"),
        last_visit=row.word("visit"),
    )
    _occupy(copy, place, "occupied", name)


def _confirmed(copy: Copy, row: Row) -> None:
    _change(copy, row.word("consignment"), confirmed=True)


def _collected(copy: Copy, row: Row) -> None:
    name = row.word("consignment")
    _change(copy, name, collected_by=row.word_or_none("by"), means=row.word("means"))
    _leave(copy, name, "collected", row.word("visit"))


def _refused(copy: Copy, row: Row) -> None:
    name, place = row.word("consignment"), row.word("compartment")
    _change(copy, name, state="refused", compartment=place, last_visit=row.word("visit"))
    _occupy(copy, place, "occupied", name)


def _withdrawn(copy: Copy, row: Row) -> None:
    _leave(copy, row.word("consignment"), "withdrawn", row.word("visit"))


def _released(copy: Copy, row: Row) -> None:
    name = row.word("consignment")
    _leave(copy, name, row.word("state"), copy.consignments[name].last_visit)


def _leave(copy: Copy, name: str, state: str, visit: str | None) -> None:
    place = copy.consignments[name].compartment
    if place is not None:
        _change(copy, name, last_compartment=place)
        _occupy(copy, place, "free", None)
    _change(copy, name, state=state, compartment=None, last_visit=visit)


def _change(copy: Copy, name: str, **changes: Any) -> None:  # noqa: ANN401 - the fields of a frozen value
    copy.consignments[name] = replace(copy.consignments[name], **changes)


def _doubted(copy: Copy, row: Row) -> None:
    _change(copy, row.word("consignment"), doubted=row.flag("doubted"))


def _occupy(copy: Copy, place: str, custody: str, consignment: str | None) -> None:
    copy.compartments[place] = replace(copy.compartments[place], custody=custody, consignment=consignment)


def _consent_given(copy: Copy, row: Row) -> None:
    copy.consents[row.word("consent")] = states.Consent(row.word("person"), row.word("text_version"))


def _consent_withdrawn(copy: Copy, row: Row) -> None:
    name = row.word("consent")
    copy.consents[name] = replace(copy.consents[name], withdrawn=True)


def _template_stored(copy: Copy, row: Row) -> None:
    copy.templates[row.word("template")] = states.Template(
        row.word("person"), row.word("side"), row.word("encoder"), row.word("consent")
    )


def _template_revoked(copy: Copy, row: Row) -> None:
    name = row.word("template")
    copy.templates[name] = replace(copy.templates[name], revoked=True)


def _credential_issued(copy: Copy, row: Row) -> None:
    copy.credentials[row.word("credential")] = states.Credential(
        row.word("credential_kind"), row.word_or_none("person"), row.word_or_none("consignment")
    )


def _credential_used(copy: Copy, row: Row) -> None:
    name = row.word("credential")
    copy.credentials[name] = replace(copy.credentials[name], state="used", visit=row.word("visit"))


def _credential_revoked(copy: Copy, row: Row) -> None:
    name = row.word("credential")
    copy.credentials[name] = replace(copy.credentials[name], state="revoked")


def _keypad(copy: Copy, row: Row) -> None:
    copy.keypad = states.Keypad(row.number("failures"), row.number("delay_s"), row.flag("alarm"))


def _directory(copy: Copy, row: Row) -> None:
    copy.directory_version = row.number("version")


def _command_received(copy: Copy, row: Row) -> None:
    copy.commands[row.word("command")] = states.CommandState(row.word("command_kind"))


def _command_settled(copy: Copy, row: Row) -> None:
    name = row.word("command")
    copy.commands[name] = replace(copy.commands[name], status=row.word("status"), reason=row.word("reason"))


_STEPS: Mapping[str, Callable[[Copy, Row], None]] = {
    "compartment.installed": _installed,
    "compartment.service": _service,
    "door.changed": _door,
    "door.differed": _door_differed,
    "line.changed": _line,
    "storage.changed": _storage,
    "visit.started": _visit_started,
    "visit.ended": _visit_ended,
    "attempt.started": _attempt_started,
    "attempt.settled": _attempt_settled,
    "consignment.expected": _expected,
    "consignment.reserved": _reserved,
    "consignment.relocated": _relocated,
    "consignment.deposited": _deposited,
    "consignment.confirmed": _confirmed,
    "consignment.collected": _collected,
    "consignment.refused": _refused,
    "consignment.withdrawn": _withdrawn,
    "consignment.released": _released,
    "consignment.doubted": _doubted,
    "consent.given": _consent_given,
    "consent.withdrawn": _consent_withdrawn,
    "template.stored": _template_stored,
    "template.revoked": _template_revoked,
    "credential.issued": _credential_issued,
    "credential.used": _credential_used,
    "credential.revoked": _credential_revoked,
    "keypad.slowed": _keypad,
    "directory.applied": _directory,
    "command.received": _command_received,
    "command.settled": _command_settled,
}
