"""One serial line in real time: an adapter that a program opens, and the wire behind it."""

from __future__ import annotations

from simulator.boards.adapter import Adapter, OpenPort
from simulator.boards.bus import Bus
from simulator.boards.faults import LineFaults
from simulator.boards.wire import Wire
from simulator.doors.log import Kind, PhysicalLog


class SerialLine:
    """An adapter on a wire. Belongs to the running asyncio loop.

    Args:
        wire: the boards' end.
        adapter: the program's end.
        log: where plugging and unplugging are recorded.
    """

    def __init__(self, wire: Wire, adapter: Adapter, log: PhysicalLog) -> None:
        self._wire = wire
        self._adapter = adapter
        self._log = log
        self._port: OpenPort | None = None

    @property
    def name(self) -> str:
        """The line's name in the settings."""
        return self._wire.name

    @property
    def baud(self) -> int:
        """Its speed, bits per second."""
        return self._wire.baud

    @property
    def bus(self) -> Bus:
        """Its boards."""
        return self._wire.bus

    @property
    def faults(self) -> LineFaults:
        """What is wrong with it."""
        return self._wire.faults

    @faults.setter
    def faults(self, faults: LineFaults) -> None:
        self._wire.faults = faults

    @property
    def plugged(self) -> bool:
        """Whether the adapter is in."""
        return self._port is not None

    @property
    def device(self) -> str | None:
        """The adapter's own name on the computer, which may change; None when it is out."""
        return self._adapter.device

    def plug(self, *, elsewhere: bool = False) -> None:
        """Put the adapter in; the line appears under its stable name. Does nothing when it is in.

        Args:
            elsewhere: its own name is another than it was.

        Raises:
            OSError: the adapter cannot be had.
        """
        if self._port is not None:
            return
        self._port = self._wire.port = self._adapter.plug(self._wire.send, elsewhere=elsewhere)
        self._log.record(Kind.PLUGGED, line=self.name, note=self.device)

    def unplug(self) -> None:
        """Pull the adapter out; what is on the wire is lost. Does nothing when it is out."""
        if self._port is None:
            return
        self._port.close()
        self._port = self._wire.port = None
        self._adapter.pulled()
        self._log.record(Kind.UNPLUGGED, line=self.name)

    def replug(self) -> None:
        """Pull the adapter out and put it in again, so that it comes back under another name of its own."""
        self.unplug()
        self.plug(elsewhere=True)
