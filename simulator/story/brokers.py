"""The brokers that a story may run over: the embedded one (MQTT 3.1.1) or Debian's mosquitto (MQTT 5)."""

from __future__ import annotations

import shutil

from simulator.story.processes import NotReady, Part, simulator
from simulator.story.site import Site

MOSQUITTO = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {folder}/
autosave_interval 1
autosave_on_changes true
user root
"""
"""Sessions and retained messages are kept over a kill, as a broker that somebody relies on keeps them."""


def embedded_broker(site: Site, port: str) -> Part:
    """The broker that comes with the simulator."""
    return Part("broker", simulator("broker", "--port", port), site.folder / "broker.log")


def mosquitto(site: Site, port: int) -> Part:
    """Debian's mosquitto.

    Raises:
        NotReady: it is not installed.
    """
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        raise NotReady("mosquitto is not installed; `apt-get install mosquitto`, or use the embedded broker")
    settings = site.folder / "mosquitto.conf"
    settings.write_text(MOSQUITTO.format(port=port, folder=site.folder.resolve()), encoding="utf-8")
    return Part("broker", [program, "-c", str(settings)], site.folder / "broker.log", listens_on=port)
