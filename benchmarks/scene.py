"""The stage of the benchmark: the story's processes, with a tap in the serial lines and a daemon that is timed."""

from __future__ import annotations

import http.client
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from line_tap import LineTap

from config.load import load_settings
from simulator.story import main as story
from simulator.story.chapters.enrolment import directory_arrives
from simulator.story.processes import Part, locker
from simulator.story.roles import Neighbour, Parcel, Worker
from simulator.story.site import VISITORS_PACE, Site, change_pace
from simulator.story.town import Town

START_WITHIN_S = 60.0
STOP_WITHIN_S = 20.0
LOOK_AGAIN_S = 0.005
"""How often the starting daemon is asked whether it answers."""


class Daemon:
    """The product's own process, and what the kernel says of it."""

    def __init__(self, settings: Path, url: str, log: Path) -> None:
        self._command = locker("run", "--config", str(settings))
        self._host = urlsplit(url).netloc
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it; returns the seconds until GET /health answers 200, which it does after the doors were read."""
        with self._log.open("ab") as log:
            began = time.monotonic()
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)  # noqa: S603 - our own program
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() - began > START_WITHIN_S:
                raise RuntimeError(f"the daemon did not come up; see {self._log}")
            time.sleep(LOOK_AGAIN_S)
        return time.monotonic() - began

    def stop(self) -> None:
        """End it as the service manager does."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(STOP_WITHIN_S)
            self._process = None

    def resident_mb(self) -> float:
        """Resident memory, megabytes of 10^6 bytes."""
        return int(self._status("VmRSS")) * 1024 / 1e6

    def peak_mb(self) -> float:
        """The most resident memory since its start."""
        return int(self._status("VmHWM")) * 1024 / 1e6

    def processor_s(self) -> float:
        """Processor time used by all its threads since its start, seconds."""
        fields = Path(f"/proc/{self._pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def _pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def _status(self, name: str) -> str:
        lines = Path(f"/proc/{self._pid}/status").read_text(encoding="ascii").splitlines()
        return next(line for line in lines if line.startswith(name)).split()[1]

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(self._host, timeout=1.0)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False
        finally:
            connection.close()


@dataclass
class Scene:
    """Everything of one run."""

    town: Town
    tap: LineTap
    daemon: Daemon

    def announce(self, recipient: Neighbour, courier: Worker) -> Parcel:
        """One more small parcel on its way, once the cabinet expects it."""
        wish = {"recipient": recipient.person, "carrier": courier.carrier, "size": "S"}
        answer = self.town.platform.post("/api/expect", wish)
        parcel = Parcel(answer["consignment"], answer["waybill"], recipient.person, courier.carrier or "", "S", "S")
        self.town.parcels.append(parcel)
        self.town.expect(parcel.consignment, "expected")
        return parcel


SAVED_AT_ONCE = ("autosave_interval", "autosave_on_changes")


def _let_it_save_at_leisure(site: Site, broker: Part) -> None:
    """Give mosquitto its own default back.

    The story, which kills its broker, has it write all of its state after every message; a backlog would wait for that.
    """
    file = site.folder / "mosquitto.conf"
    lines = [line for line in file.read_text("utf-8").splitlines() if not line.startswith(SAVED_AT_ONCE)]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    broker.stop()
    broker.start()


@contextmanager
def staged(folder: Path, broker: str, seed: int) -> Iterator[Scene]:
    """Start everything, put the tap in, and hand the daemon over to be timed."""
    parts: dict[str, Part] = {}
    options = story._parser().parse_args(["--broker", broker, "--seed", str(seed)])  # noqa: SLF001 - its defaults
    try:
        town = story.start(folder, parts, options)
        directory_arrives(town)
        parts.pop("daemon").stop()
        if broker == "mosquitto":
            _let_it_save_at_leisure(town.site, parts["broker"])
        change_pace(town.site, VISITORS_PACE)
        families = {line.name: str(line.family) for line in load_settings(town.site.settings).lines}
        tapped = folder.resolve() / "tap"
        tap = LineTap(town.site.pty_dir, tapped, families)
        settings = town.site.settings.read_text(encoding="utf-8")
        town.site.settings.write_text(settings.replace(str(town.site.pty_dir.resolve()), str(tapped)), "utf-8")
        daemon = Daemon(town.site.settings, town.kiosk.url, folder / "daemon.log")
        try:
            yield Scene(town, tap, daemon)
        finally:
            daemon.stop()
            tap.close()
    finally:
        for part in reversed(list(parts.values())):
            part.stop()
