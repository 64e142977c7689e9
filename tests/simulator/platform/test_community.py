import random
from collections import Counter

import pytest

from simulator.platform.clock import instant, now
from simulator.platform.codes import pickup_code
from simulator.platform.community import Community, Mint, found
from simulator.platform.copy import Copy
from simulator.platform.postbox import Postbox
from simulator.platform.registry import Registry, UnknownEntry
from simulator.platform.rows import Row
from simulator.platform.states import Compartment, Consignment, Template


def community(seed: int) -> Community:
    return found(Mint(random.Random(seed)))


def test_a_seed_gives_the_same_community_and_another_seed_another() -> None:
    assert community(1) == community(1)
    assert community(1) != community(2)


@pytest.mark.parametrize("seed", range(20))
def test_nobody_shares_what_must_be_ones_own(seed: int) -> None:
    made = community(seed)
    for values in (
        [who.person for who in (*made.residents, *made.staff)],
        [who.name for who in made.residents],
        [member.number for member in made.staff],
        [parcel.waybill for parcel in made.parcels],
        [code.code for code in made.codes],
    ):
        assert max(Counter(values).values()) == 1


def test_the_story_finds_whom_it_needs() -> None:
    made = community(1)
    assert [who.camera_name for who in made.residents[:2]] == ["r01", "r02"]
    assert sum(who.camera_name is None for who in made.residents) == 2
    assert made.residents[0].household == made.residents[1].household
    household_of = {who.person: who.household for who in made.residents}
    waiting = Counter(household_of[parcel.recipient] for parcel in made.parcels)
    assert waiting[made.residents[0].household] >= 2
    assert len(made.parcels) >= 14
    assert {parcel.recipient for parcel in made.parcels} == set(household_of)
    larger = [(parcel.size, parcel.true_size) for parcel in made.parcels if parcel.size != parcel.true_size]
    assert larger == [("S", "M")]
    assert made.delegates[0].consignment in {parcel.consignment for parcel in made.parcels}
    assert len({member.carrier for member in made.staff}) == 3


def test_a_pickup_code_has_eight_digits_and_a_known_value() -> None:
    # HMAC-SHA-256(32 zero bytes, "con-1:0"), truncated as RFC 4226 section 5.3 says, worked out with openssl.
    assert pickup_code(bytes(32), "con-1", 0) == "05310346"
    assert len({pickup_code(bytes(32), "con-1", nonce) for nonce in range(50)}) == 50


class TestNotices:
    """What residents are told."""

    def setup_method(self) -> None:
        mint = Mint(random.Random(1))
        made = found(mint)
        self.registry = Registry(made, mint, bytes(32), "a/b", now)
        self.postbox = Postbox(self.registry, bytes(32))
        self.parcel = made.parcels[0]
        self.copy = Copy("ledger-1")
        self.copy.compartments["A01"] = Compartment("S", consignment=self.parcel.consignment)
        self.copy.consignments[self.parcel.consignment] = Consignment(
            "parcel", "inbound", self.parcel.recipient, self.parcel.carrier, "S", None, state="deposited"
        )

    def tell(self, kind: str, **body: object) -> None:
        row = Row("ledger-1", 1, instant(now()), 1, kind, "x", body, "", "", "", "")  # type: ignore[arg-type]  # any
        self.postbox.apply(row, self.copy)

    def kinds(self) -> list[str]:
        return [notice.kind for notice in self.postbox.inbox(self.parcel.recipient)]

    def test_the_owner_hears_that_the_compartment_is_out_of_service_but_not_that_it_is_back(self) -> None:
        self.tell("compartment.service", compartment="A01", state="out_of_service", reason="jammed")
        self.tell("compartment.service", compartment="A01", state="in_service", reason="mended")
        assert self.kinds() == ["out_of_service"]

    def test_the_owner_hears_of_every_step_of_custody(self) -> None:
        name = self.parcel.consignment
        self.tell("consignment.deposited", consignment=name, compartment="A01", nonce=0)
        for kind in ("collected", "refused", "withdrawn"):
            self.tell(f"consignment.{kind}", consignment=name, compartment="A01")
        assert self.kinds() == ["deposited", "collected", "refused", "withdrawn"]
        assert all(self.parcel.waybill in one.text_zh for one in self.postbox.inbox(self.parcel.recipient))

    def test_a_resident_hears_of_erased_templates_once_the_last_is_gone(self) -> None:
        person = self.parcel.recipient
        self.copy.templates["t-1"] = Template(person, "left", "e", "c", revoked=True)
        self.copy.templates["t-2"] = Template(person, "right", "e", "c")
        self.tell("template.revoked", template="t-1", reason="")
        assert self.kinds() == []
        self.copy.templates["t-2"] = Template(person, "right", "e", "c", revoked=True)
        self.tell("template.revoked", template="t-2", reason="")
        assert self.kinds() == ["templates_revoked"]

    def test_whoever_enrols_gets_the_code(self) -> None:
        [code] = [one for one in self.registry.codes.values() if one.person == self.parcel.recipient]
        self.tell("credential.issued", credential=code.credential, credential_kind="enrolment")
        assert [one.code for one in self.postbox.inbox(self.parcel.recipient)] == [code.code]

    def test_a_stranger_is_refused_by_name(self) -> None:
        with pytest.raises(UnknownEntry, match="per-nobody"):
            self.registry.resident("per-nobody")
