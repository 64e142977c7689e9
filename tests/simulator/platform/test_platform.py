"""The platform as a process, over both brokers, opposite a cabinet that is written here."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from jwcrypto.jws import InvalidJWSSignature

World = Any


def reference_code(secret: bytes, consignment: str, nonce: int) -> str:
    mac = hmac.new(secret, f"{consignment}:{nonce}".encode(), hashlib.sha256).digest()
    at = mac[31] % 16
    value = ((mac[at] & 127) << 24) + (mac[at + 1] << 16) + (mac[at + 2] << 8) + mac[at + 3]
    return f"{value % 100_000_000:08d}"


def installed(world: World, *names: str) -> None:
    world.cabinet.show(*names)
    for name in names:
        world.cabinet.tell("compartment.installed", name, compartment=name, size="S")


def deposited(world: World, parcel: dict[str, Any], place: str, nonce: int) -> None:
    tell, con = world.cabinet.tell, parcel["consignment"]
    visit = f"visit-{nonce}"
    tell(
        "consignment.expected",
        con,
        consignment=con,
        service="parcel",
        direction="inbound",
        recipient=parcel["recipient"],
        carrier=parcel["carrier"],
        size="S",
        deadline_h=None,
    )
    tell("visit.started", visit, visit=visit, visit_kind="deposit", means="pin", person="per-courier")
    tell("consignment.reserved", con, consignment=con, compartment=place, visit=visit, by="per-courier")
    tell(
        "consignment.deposited",
        con,
        consignment=con,
        compartment=place,
        visit=visit,
        by="per-courier",
        confirmed=True,
        nonce=nonce,
        deadline=None,
    )


def test_a_deposit_gives_the_recipient_the_code_that_the_cabinet_derives(world: World) -> None:
    installed(world, "A01")
    parcel = world.http.get("/api/consignments")[0]
    deposited(world, parcel, "A01", 7)
    assert world.http.get("/api/wait?seq=5&timeout=10")["reached"]
    [notice] = world.http.get(f"/api/inbox/{parcel['recipient']}")
    assert notice["code"] == reference_code(world.secrets.code_secret, parcel["consignment"], 7)
    assert notice["kind"] == "deposited"
    assert notice["code"][:4] in notice["text_zh"]
    assert notice["code"][:4] in notice["text_en"]
    copy = world.http.get("/api/copy")
    assert copy["chain_ok"]
    assert copy["compartments"]["A01"]["custody"] == "occupied"
    assert copy["consignments"][parcel["consignment"]]["state"] == "deposited"
    world.cabinet.acknowledged(5)


def test_the_directory_is_signed_and_its_personal_part_opens_for_the_cabinet_alone(world: World) -> None:
    world.cabinet.show("A01")
    world.http.until("/api/status", lambda status: status["about"])
    assert world.http.post("/api/directory", full=True)["version"] == 1
    claims = world.cabinet.opened(world.cabinet.next("directory"))
    assert (claims["audience"], claims["version"]) == ("sunrise/east", 1)
    assert "base" not in claims
    assert (len(claims["residents"]), len(claims["staff"])) == (14, 3)
    assert len(claims["expected"]) == len(world.http.get("/api/consignments"))
    personal = world.cabinet.unsealed(claims["personal"])
    people = world.http.get("/api/people")
    first = people["residents"][0]
    assert personal["residents"][first["person"]]["name"] == first["name"]
    assert first["name"] not in json.dumps(claims, ensure_ascii=False)
    [code] = [one for one in claims["codes"] if one.get("person") == first["person"]]
    plain = f"enrolment:{code['credential']}:{first['enrolment_code']}".encode()
    assert code["digest"] == hmac.new(world.secrets.code_secret, plain, hashlib.sha256).hexdigest()

    expected = world.http.post("/api/expect", recipient=first["person"], size="M")
    difference = world.cabinet.opened(world.cabinet.next("directory"))
    assert (difference["base"], difference["version"]) == (1, 2)
    assert [one["consignment"] for one in difference["expected"]] == [expected["consignment"]]
    sealed = world.cabinet.unsealed(difference["personal"])
    assert sealed["consignments"][expected["consignment"]]["waybill"] == expected["waybill"]

    delegate = world.http.post("/api/delegate", consignment=expected["consignment"])
    [issued] = world.cabinet.opened(world.cabinet.next("directory"))["codes"]
    plain = f"delegate:{issued['credential']}:{delegate['code']}".encode()
    assert issued["digest"] == hmac.new(world.secrets.code_secret, plain, hashlib.sha256).hexdigest()
    assert issued["consignment"] == expected["consignment"]


def test_commands_are_signed_forged_on_request_and_replayed_as_they_were(world: World) -> None:
    world.cabinet.show("A01")
    world.http.until("/api/status", lambda status: status["state"] == "online")
    body = {"kind": "open", "compartment": "A01", "purpose": "inspect", "reason": "test"}
    sent = world.http.post("/api/commands", body=body)
    token = world.cabinet.next("commands")
    claims = world.cabinet.opened(token)
    assert claims["body"] == body
    assert (claims["command_id"], claims["audience"]) == (sent["command_id"], "sunrise/east")
    assert claims["issued_at"] < claims["not_after"]

    world.cabinet.publish("replies", {"command_id": sent["command_id"], "status": "accepted", "reason": ""})
    world.cabinet.publish("replies", {"command_id": sent["command_id"], "status": "done", "reason": ""})
    replies = world.http.until(f"/api/replies/{sent['command_id']}", lambda found: len(found) == 2)
    assert [reply["status"] for reply in replies] == ["accepted", "done"]

    world.http.post("/api/commands/replay", command_id=sent["command_id"])
    assert world.cabinet.next("commands") == token

    for forgery in ("signature", "key"):
        world.http.post("/api/commands", body=body, forge=forgery)
        with pytest.raises(InvalidJWSSignature):
            world.cabinet.opened(world.cabinet.next("commands"))
    world.http.post("/api/commands", body=body, forge="audience")
    assert world.cabinet.opened(world.cabinet.next("commands"))["audience"] != "sunrise/east"
    world.http.post("/api/commands", body=body, expired=True)
    assert world.cabinet.opened(world.cabinet.next("commands"))["not_after"] < claims["issued_at"]


def test_a_missing_row_is_asked_for_and_repeated_rows_change_nothing(world: World) -> None:
    installed(world, "A01")
    world.cabinet.acknowledged(1)
    missing = world.cabinet.note("door.changed", "A01", compartment="A01", latch="unlatched", visit=None)
    world.cabinet.tell("door.changed", "A01", compartment="A01", latch="latched", visit=None)
    assert json.loads(world.cabinet.next("resync")) == {"from_seq": 2}
    assert world.http.get("/api/copy")["seq"] == 1
    world.cabinet.publish("events", missing)
    for row in world.cabinet.rows:
        world.cabinet.publish("events", row)
    world.cabinet.acknowledged(3)
    copy = world.http.get("/api/copy")
    assert (copy["seq"], copy["chain_ok"], copy["compartments"]["A01"]["door"]) == (3, True, "latched")


def test_a_changed_row_is_refused_and_the_true_one_still_counts(any_world: World) -> None:
    installed(any_world, "A01")
    any_world.cabinet.acknowledged(1)
    true = any_world.cabinet.note("door.changed", "A01", compartment="A01", latch="latched", visit=None)
    any_world.cabinet.publish("events", true | {"body": true["body"] | {"latch": "unlatched"}})
    assert any_world.http.until("/api/copy", lambda copy: not copy["chain_ok"])["seq"] == 1
    assert [alarm["kind"] for alarm in any_world.http.get("/api/alarms")] == ["journal"]
    any_world.cabinet.publish("events", true)
    any_world.cabinet.acknowledged(2)
    assert any_world.http.get("/api/copy")["chain_ok"]


def test_a_cabinet_that_vanishes_is_offline_and_gets_what_it_missed(world: World) -> None:
    installed(world, "A01")
    world.cabinet.acknowledged(1)
    world.http.post("/api/directory", full=True)
    world.cabinet.next("directory")
    world.cabinet.vanish()
    world.http.until("/api/status", lambda status: status["state"] == "offline")
    body = {"kind": "set_service", "compartment": "A01", "in_service": False, "reason": "test"}
    sent = world.http.post("/api/commands", body=body)
    back = type(world.cabinet)(world.broker.port, world.broker.version, world.secrets.public)
    back.rows, back.exchange = world.cabinet.rows, world.cabinet.exchange
    world.cabinet = back
    back.show("A01")
    assert back.opened(back.next("commands"))["command_id"] == sent["command_id"]
    # The first directory was never said to be applied, so a full one comes again.
    assert back.opened(back.next("directory"))["version"] == 2
    back.stop()


def test_wrong_requests_say_what_is_wrong(any_world: World) -> None:
    refused = any_world.http.client.post("/api/directory", json={"full": True})
    assert (refused.status_code, "about" in refused.json()["error"]) == (409, True)
    refused = any_world.http.client.post("/api/expect", json={"size": "S"})
    assert (refused.status_code, refused.json()["error"].split(":")[0]) == (422, "recipient")
    assert any_world.http.client.get("/api/inbox/per-nobody").status_code == 404
    assert any_world.http.client.get("/api/wait?seq=x").status_code == 422


def test_the_platform_forgets_and_asks_for_the_whole_journal_again(world: World) -> None:
    installed(world, "A01", "A02")
    world.cabinet.acknowledged(2)
    assert world.platform.end() == 0
    with world.again() as platform:
        assert json.loads(world.cabinet.next("resync")) == {"from_seq": 1}
        for row in world.cabinet.rows:
            world.cabinet.publish("events", row)
        assert platform.get("/api/wait?seq=2&timeout=10")["reached"]
        assert set(platform.get("/api/copy")["compartments"]) == {"A01", "A02"}


def test_another_ledger_begins_a_copy_of_its_own(any_world: World) -> None:
    installed(any_world, "A01", "A02")
    any_world.cabinet.acknowledged(2)
    any_world.cabinet.ledger_id, any_world.cabinet.rows = "ledger-2", []
    installed(any_world, "B01")
    any_world.cabinet.acknowledged(1)
    copy = any_world.http.until("/api/copy", lambda copy: copy["ledger_id"] == "ledger-2" and copy["seq"] == 1)
    assert set(copy["compartments"]) == {"B01"}


def test_retained_compartments_are_compared_with_the_copy(any_world: World) -> None:
    installed(any_world, "A01")
    shown = {"id": "A01", "size": "S", "door": "latched", "custody": "free", "service": "in_service", "rev": 2}
    any_world.cabinet.publish("compartments/A01", shown, retain=True)
    copy = any_world.http.until("/api/copy", lambda copy: [one["what"] for one in copy["differences"]] == ["door"])
    assert copy["differences"] == [{"compartment": "A01", "what": "door", "retained": "latched", "copy": "unknown"}]
    any_world.cabinet.tell("door.changed", "A01", compartment="A01", latch="latched", visit=None)
    any_world.http.until("/api/copy", lambda copy: copy["seq"] == 2 and not copy["differences"])


def test_what_nobody_can_read_disturbs_nothing(any_world: World) -> None:
    for topic in ("status", "about", "compartments/A01", "events", "replies", "telemetry"):
        for payload in (b"", b"\xff\x00", b"[]", b"{}", b'{"id": 1}', b"[" * 5000):
            any_world.cabinet.client.publish(f"lockers/v1/sunrise/east/{topic}", payload, 1)
    installed(any_world, "A01")
    any_world.cabinet.acknowledged(1)
    assert any_world.http.get("/api/copy")["chain_ok"]


def test_the_page_carries_what_it_first_draws(any_world: World) -> None:
    page = any_world.http.client.get("/").text
    assert "社区平台" in page
    assert '"revision":' in page
    assert "{{first}}" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_a_broker_that_dies_loses_nothing_of_the_platform(world: World) -> None:
    installed(world, "A01")
    world.cabinet.acknowledged(1)
    world.broker.die_and_return()
    # What is asked for while the broker is away waits in the platform.
    body = {"kind": "open", "compartment": "A01", "purpose": "inspect", "reason": "test"}
    sent = world.http.post("/api/commands", body=body)
    world.cabinet.next("subscribed")
    world.cabinet.show("A01")
    assert world.cabinet.opened(world.cabinet.next("commands"))["command_id"] == sent["command_id"]
    world.cabinet.tell("door.changed", "A01", compartment="A01", latch="latched", visit=None)
    world.cabinet.acknowledged(2)
    copy = world.http.get("/api/copy")
    assert (copy["seq"], copy["chain_ok"]) == (2, True)


def test_a_cabinet_that_shows_no_key_gets_no_directory_and_the_operator_hears_why(any_world: World) -> None:
    any_world.cabinet.show("A01")
    any_world.http.until("/api/status", lambda status: status["about"])
    any_world.http.post("/api/directory", full=True)
    about = {"ledger_id": "ledger-1", "version": "0", "encryption_key": "none", "compartments": []}
    any_world.cabinet.publish("about", about, retain=True)
    any_world.http.until("/api/status", lambda status: status["version"] == "0")
    refused = any_world.http.client.post("/api/directory", json={})
    assert (refused.status_code, "encryption_key" in refused.json()["error"]) == (409, True)
