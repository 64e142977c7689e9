"""The nonce of a deposit, with a ledger that holds other people's codes."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "ledger"))

from ledger_bench import KEYS, Bench, collected

from locker.access.codes import ActiveCodes, free_nonce, one_time_digest, open_one_time, pickup_code
from locker.ledger import Ledger, StoreCode
from mqtt.contract.base import CredentialKind
from mqtt.contract.events import CredentialIssued

SECRET = KEYS.code_secret


def issue(ledger: Ledger, code: str) -> None:
    ledger.record(
        CredentialIssued(credential="cre-1", credential_kind=CredentialKind.DELEGATE, consignment="con-9"),
        personal=(
            StoreCode(
                "cre-1",
                one_time_digest(SECRET, CredentialKind.DELEGATE, "cre-1", code),
                "2026-04-01T00:00:00.000Z",
            ),
        ),
    )


def test_only_what_lies_in_the_cabinet_has_an_active_code(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "ledger.sqlite3")
    ledger = bench.installed()
    visit = bench.visit(ledger)
    gone, lies = bench.deposited(ledger, visit, "A01"), bench.deposited(ledger, visit, "A02")
    bench.reserved(ledger, visit, "A03")
    ledger.record(collected(gone, "A01", visit))
    active = ActiveCodes.of(ledger, SECRET)
    assert active.codes == {pickup_code(SECRET, lies, 0)}
    assert active.find(pickup_code(SECRET, gone, 0)) is None
    ledger.close()


def test_a_deposit_takes_no_code_that_opens_something_else(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "ledger.sqlite3")
    ledger = bench.installed()
    consignment = bench.reserved(ledger, bench.visit(ledger))
    assert free_nonce(ledger, SECRET, consignment) == 0
    issue(ledger, pickup_code(SECRET, consignment, 0))
    assert len(open_one_time(ledger, CredentialKind.DELEGATE)) == 1
    assert free_nonce(ledger, SECRET, consignment) == 1
    ledger.close()
