"""What the platform shows over HTTP, as JSON values made from its state."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from simulator.platform.centre import Centre
from simulator.platform.copy import Copy
from simulator.platform.registry import Registry
from simulator.platform.rows import Row

View = dict[str, Any]


def people(registry: Registry, copy: Copy | None) -> View:
    """Residents, couriers, attendants and delegates, with what each of them knows."""
    enrolment = {code.person: code for code in registry.codes.values() if code.kind == "enrolment"}
    spent = {name for name, known in copy.credentials.items() if known.state != "open"} if copy else set()

    def code_of(person: str) -> str | None:
        code = enrolment.get(person)
        return code.code if code and code.credential not in spent else None

    staff = [asdict(member) for member in registry.staff]
    return {
        "residents": [asdict(who) | {"enrolment_code": code_of(who.person)} for who in registry.residents],
        "couriers": [member for member in staff if member["role"] == "courier"],
        "attendants": [member for member in staff if member["role"] == "attendant"],
        "delegates": [
            asdict(delegate) | {"code": registry.codes[delegate.credential].code} for delegate in registry.delegates
        ],
    }


def consignments(registry: Registry, copy: Copy | None) -> list[View]:
    """Every parcel that the platform announced, with its state from the copy (`expected` until an event says more)."""
    rows = []
    for parcel in registry.parcels.values():
        known = copy.consignments.get(parcel.consignment) if copy else None
        rows.append(
            asdict(parcel)
            | {"state": known.state if known else "expected", "compartment": known.compartment if known else None}
        )
    return rows


def copy_view(centre: Centre) -> View:
    """The whole copy, whether its chain holds, and where the retained messages differ from it."""
    account = centre.ledgers.current
    if account is None:
        return {"ledger_id": None, "seq": 0, "chain_ok": True, "faults": [], "differences": []}
    return asdict(account.copy) | {
        "chain_ok": account.intake.fault is None,
        "faults": list(centre.ledgers.faults),
        "differences": [asdict(one) for one in centre.cabinet.differences(account.copy)],
    }


def status(centre: Centre) -> View:
    """Whether cabinet and broker are there, and how far everything has come."""
    cabinet, account = centre.cabinet, centre.ledgers.current
    return {
        "state": cabinet.status.state if cabinet.status else None,
        "session": cabinet.status.session if cabinet.status else None,
        "connected": centre.connected,
        "about": cabinet.about is not None,
        "version": cabinet.about.version if cabinet.about else None,
        "ledger_id": centre.ledgers.current_id,
        "seq": account.copy.seq if account else 0,
        "directory": {
            "issued": centre.registry.issued,
            "applied": account.copy.directory_version if account else None,
        },
        "telemetry": cabinet.telemetry,
    }


def event(row: Row) -> View:
    """A row of the journal."""
    return {"seq": row.seq, "at": row.at, "kind": row.kind, "subject": row.subject, "body": row.body}


def page(centre: Centre) -> View:
    """Everything that the page draws."""
    account = centre.ledgers.current
    copy = account.copy if account else None
    names = {who.person: f"{who.name} {who.room}" for who in centre.registry.residents}
    inboxes = {who.person: centre.ledgers.postbox.inbox(who.person) for who in centre.registry.residents}
    return {
        "revision": centre.changes.revision,
        "status": status(centre),
        "compartments": [asdict(centre.cabinet.compartments[name]) for name in sorted(centre.cabinet.compartments)],
        "consignments": consignments(centre.registry, copy),
        "held": {name: known.consignment for name, known in copy.compartments.items()} if copy else {},
        "differences": len(centre.cabinet.differences(copy)) if copy else 0,
        "faults": len(centre.ledgers.faults),
        "events": [event(row) for row in list(account.recent)[:-60:-1]] if account else [],
        "alarms": [asdict(alarm) for alarm in centre.ledgers.alarms.all()[:-30:-1]],
        "people": names,
        "inboxes": {person: [asdict(notice) for notice in inbox] for person, inbox in inboxes.items() if inbox},
        "commands": [
            {"command_id": sent.command_id, "forged": sent.forged, "replies": _replies(centre, sent.command_id)}
            for sent in centre.commands.all_sent()[:-10:-1]
        ],
    }


def _replies(centre: Centre, command_id: str) -> list[View]:
    return [asdict(reply) for reply in centre.commands.replies(command_id)]
