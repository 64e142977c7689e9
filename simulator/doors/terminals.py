"""What a lock board finds at its screw terminals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from simulator.doors.coil import Coil
from simulator.doors.compartment import Compartment
from simulator.doors.log import Kind, Place, Rule
from simulator.doors.surroundings import Surroundings


class Terminals:
    """The screw terminals of one board: coils it drives and hooks it reads, by 0-based channel.

    A channel without a door drives a load that nobody sees, and reads as not latched: its contact is open.
    """

    def __init__(
        self, line: str, board: int, compartments: Mapping[int, Compartment], surroundings: Surroundings
    ) -> None:
        self._line = line
        self._board = board
        self._compartments = compartments
        self._surroundings = surroundings
        self._bare: dict[int, Coil] = {}

    def pulse(self, channel: int, seconds: float) -> None:
        """Drive a coil for a time."""
        self._coil(channel).pulse(seconds)

    def hold(self, channel: int) -> None:
        """Drive a coil until further notice."""
        self._coil(channel).hold()

    def release(self, channel: int) -> None:
        """End a coil's current."""
        self._coil(channel).release()

    def latched(self, channel: int) -> bool:
        """What the hook's contact says at this instant."""
        self._surroundings.timeline.catch_up()
        compartment = self._compartments.get(channel)
        return compartment is not None and compartment.door.hook.sense()

    def occupied(self, channel: int) -> bool:
        """What the occupancy sensor behind the door says: something lies in the compartment."""
        compartment = self._compartments.get(channel)
        return compartment is not None and bool(compartment.items)

    def cooling(self, channel: int) -> bool:
        """Whether a coil is so warm that a board which watches it lets it rest."""
        return self._coil(channel).cooling

    def driven(self, channel: int) -> bool:
        """Whether current flows through a coil at this instant, as the board's own relay lamp would show."""
        return self._coil(channel).on

    def listen(self, listener: Callable[[int], None]) -> None:
        """Call `listener` with the channel whenever a hook of this board has come to rest elsewhere, from now on."""
        for channel, compartment in self._compartments.items():
            compartment.door.hook.listen(partial(listener, channel))

    def unlock_all(self) -> None:
        """Note that somebody sent the command that unlocks every door of the board."""
        self._surroundings.log.record(Kind.VIOLATION, rule=Rule.UNLOCK_ALL, line=self._line, board=self._board)

    def refused(self, frame: bytes, reason: str) -> None:
        """Note a frame addressed to this board that it could not accept."""
        note = f"{reason}: {frame.hex(' ')}"
        self._surroundings.log.record(Kind.FRAME_REFUSED, line=self._line, board=self._board, note=note)

    def _coil(self, channel: int) -> Coil:
        self._surroundings.timeline.catch_up()
        compartment = self._compartments.get(channel)
        if compartment is not None:
            return compartment.door.coil
        place = Place(self._line, self._board, channel)
        bare = Coil(self._surroundings, place, None, _nobody, _nobody)
        return self._bare.setdefault(channel, bare)


def _nobody() -> None:
    """A channel without a door has nobody to tell."""
