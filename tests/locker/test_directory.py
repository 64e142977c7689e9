"""Directories of the platform on a real ledger: what they bring, what they take away, and what is erased by it."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mqtt.contract.messages import Staff


def test_a_courier_without_a_carrier_is_refused_by_name() -> None:
    with pytest.raises(ValidationError, match="courier cou-1 has no carrier; name the carrier"):
        Staff(person="cou-1", role="courier")
    assert Staff(person="att-1", role="attendant").carrier is None
