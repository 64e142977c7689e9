"""The modbus-relay firmware, frame by frame as the maker's sheet shows them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymodbus.constants import ExcCodes
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU, ModbusPDU
from pymodbus.pdu.bit_message import (
    ReadCoilsRequest,
    ReadDiscreteInputsRequest,
    WriteMultipleCoilsRequest,
    WriteSingleCoilRequest,
)
from pymodbus.pdu.register_message import ReadHoldingRegistersRequest

from config.settings import BoardSettings
from simulator.boards.modbus_relay import ModbusRelay, sealed


@pytest.fixture
def board(locks: Any) -> ModbusRelay:
    return ModbusRelay(BoardSettings(address=1, channels=8), locks)


def ask(board: ModbusRelay, frame: str) -> str:
    """The answer without its CRC, which is checked."""
    answers = board.hear(bytes.fromhex(frame))
    assert all(sealed(answer[:-2]) == answer for answer in answers)
    return " | ".join(answer[:-2].hex(" ").upper() for answer in answers)


def say(board: ModbusRelay, body: str) -> str:
    """The same for a frame whose CRC the sheet does not print."""
    return ask(board, sealed(bytes.fromhex(body)).hex())


def test_a_pulse_is_the_sheets_example_and_the_answer_equals_it(board: ModbusRelay, locks: Any) -> None:
    (answer,) = board.hear(bytes.fromhex("01 05 02 00 00 07 8D B0"))
    assert answer == bytes.fromhex("01 05 02 00 00 07 8D B0")
    assert locks.deeds == [("pulse", 0, 0.7)]


def test_inputs_are_read_the_first_in_the_lowest_bit(board: ModbusRelay, locks: Any) -> None:
    assert ask(board, "01 02 00 00 00 08 79 CC") == "01 02 01 FF"
    locks.unlatched = {0, 6}
    assert ask(board, "01 02 00 00 00 08 79 CC") == "01 02 01 BE"
    assert say(board, "01 02 00 05 00 03") == "01 02 01 05"


def test_inverted_wiring_turns_every_input_around(locks: Any) -> None:
    locks.unlatched = {2}
    board = ModbusRelay(BoardSettings(address=1, channels=12, inverted=True), locks)
    assert say(board, "01 02 00 00 00 0C") == "01 02 02 04 00"


@pytest.mark.parametrize(
    ("request_body", "answer"),
    [
        ("01 02 00 00 00 09", "01 82 02"),
        ("01 02 00 00 00 00", "01 82 03"),
        ("01 01 00 08 00 01", "01 81 02"),
        ("01 03 40 00 00 01", "01 83 01"),
        ("01 05 02 08 00 07", "01 85 02"),
        ("01 05 03 00 00 07", "01 85 02"),
        ("01 05 02 00 00 00", "01 85 03"),
        ("01 05 02 00 FF 00", "01 85 03"),
        ("01 05 00 00 00 07", "01 85 03"),
    ],
)
def test_what_cannot_be_done_gets_an_exception(board: ModbusRelay, locks: Any, request_body: str, answer: str) -> None:
    assert say(board, request_body) == answer
    assert locks.deeds == []


def test_pymodbus_understands_every_answer_and_is_understood(board: ModbusRelay, locks: Any) -> None:
    framer = FramerRTU(DecodePDU(is_server=False))
    locks.unlatched = {0, 6}

    def transact(request: ModbusPDU) -> ModbusPDU:
        (answer,) = board.hear(framer.buildFrame(request))
        length, pdu = framer.handleFrame(answer, 1, 0)
        assert length == len(answer)
        assert pdu is not None
        return pdu

    inputs = transact(ReadDiscreteInputsRequest(address=0, count=8, dev_id=1))
    assert inputs.bits == [channel not in (0, 6) for channel in range(8)]
    assert transact(WriteSingleCoilRequest(address=3, bits=[True], dev_id=1)).bits == [True]
    assert transact(WriteMultipleCoilsRequest(address=4, bits=[True, False, True], dev_id=1)).count == 3
    assert transact(ReadCoilsRequest(address=0, count=8, dev_id=1)).bits == [relay in (3, 4, 6) for relay in range(8)]
    assert transact(WriteSingleCoilRequest(address=3, bits=[False], dev_id=1)).bits == [False]
    assert transact(ReadCoilsRequest(address=0, count=9, dev_id=1)).exception_code == ExcCodes.ILLEGAL_ADDRESS
    assert transact(ReadHoldingRegistersRequest(count=1, dev_id=1)).exception_code == ExcCodes.ILLEGAL_FUNCTION
    assert locks.deeds == [("hold", 3), ("hold", 4), ("release", 5), ("hold", 6), ("release", 3)]


def test_a_relay_can_be_held_and_let_go_and_reads_as_on_meanwhile(board: ModbusRelay, locks: Any) -> None:
    assert ask(board, "01 05 00 00 FF 00 8C 3A") == "01 05 00 00 FF 00"
    assert ask(board, "01 01 00 00 00 08 3D CC") == "01 01 01 01"
    assert say(board, "01 05 00 00 55 00") == "01 05 00 00 55 00"
    assert say(board, "01 05 00 00 55 00") == "01 05 00 00 55 00"
    assert ask(board, "01 05 00 FF 00 00 FD FA") == "01 05 00 FF 00 00"
    assert ask(board, "01 01 00 00 00 08 3D CC") == "01 01 01 00"
    assert locks.deeds[:3] == [("hold", 0), ("release", 0), ("hold", 0)]
    assert locks.deeds[3:] == [("release", channel) for channel in range(8)]


@pytest.mark.parametrize("body", ["01 05 00 FF FF 00", "01 0F 00 00 00 08 01 FF"])
def test_all_relays_on_is_obeyed_and_noted(board: ModbusRelay, locks: Any, body: str) -> None:
    say(board, body)
    assert locks.deeds == [("unlock all",), *(("hold", channel) for channel in range(8))]


def test_many_relays_are_written_at_once(board: ModbusRelay, locks: Any) -> None:
    assert ask(board, "01 0F 00 00 00 08 01 00 FE 95") == "01 0F 00 00 00 08"
    assert say(board, "01 0F 00 02 00 02 01 02") == "01 0F 00 02 00 02"
    assert locks.deeds == [("release", channel) for channel in range(8)] + [("release", 2), ("hold", 3)]
    assert say(board, "01 0F 00 07 00 02 01 02") == "01 8F 02"
    assert say(board, "01 0F 00 00 00 08 02 00 00") == "01 8F 03"


def test_a_relay_that_is_to_go_off_for_a_while_ends_up_held(board: ModbusRelay, locks: Any) -> None:
    assert say(board, "01 05 04 00 00 07") == "01 05 04 00 00 07"
    assert locks.deeds == [("hold", 0)]


def test_what_is_said_to_all_boards_is_obeyed_and_not_answered(board: ModbusRelay, locks: Any) -> None:
    assert say(board, "00 05 02 01 00 03") == ""
    assert locks.deeds == [("pulse", 1, 0.3)]


def test_a_wrong_crc_gets_no_answer_and_is_noted(board: ModbusRelay, locks: Any) -> None:
    assert ask(board, "01 05 02 00 00 07 8D B1") == ""
    assert locks.deeds == [("refused", "01 05 02 00 00 07 8d b1", "wrong CRC")]


def test_another_boards_frames_pass_by_and_cost_no_frame_behind_them(board: ModbusRelay, locks: Any) -> None:
    others = (sealed(bytes.fromhex(body)).hex() for body in ("02 05 02 00 00 07", "02 02 01 01", "02 02 02 0F 01"))
    for frame in others:
        assert ask(board, frame) == ""
        assert ask(board, "01 02 00 00 00 08 79 CC") == "01 02 01 FF"
    assert [deed for deed in locks.deeds if deed[0] != "refused"] == []


def test_a_rogue_board_answers_in_the_name_of_every_other(board: ModbusRelay) -> None:
    assert say(board, "07 02 00 00 00 08") == ""
    board.rogue = True
    assert say(board, "07 02 00 00 00 08") == "07 02 01 FF"


def test_a_frame_may_come_a_byte_at_a_time(board: ModbusRelay) -> None:
    replies = [ask(board, f"{byte:02x}") for byte in bytes.fromhex("01 02 00 00 00 08 79 CC")]
    assert replies == [""] * 7 + ["01 02 01 FF"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 7), st.integers(1, 255))
def test_no_damaged_byte_of_a_pulse_drives_a_coil(locks: Any, place: int, error: int) -> None:
    locks.deeds.clear()
    frame = bytearray.fromhex("01 05 02 00 00 07 8D B0")
    frame[place] ^= error
    ModbusRelay(BoardSettings(address=1, channels=8), locks).hear(bytes(frame))
    assert [deed for deed in locks.deeds if deed[0] != "refused"] == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=64) | st.lists(st.sampled_from([0, 1, 2, 5, 0x0F]), max_size=64).map(bytes))
def test_no_noise_breaks_the_board(locks: Any, noise: bytes) -> None:
    board = ModbusRelay(BoardSettings(address=1, channels=8), locks)
    board.hear(noise)
    board.forget()
    assert board.hear(bytes.fromhex("01 02 00 00 00 08 79 CC"))[-1][:4] == bytes.fromhex("01 02 01 FF")
