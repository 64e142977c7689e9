"""`python -m simulator story`: start everything, play the day, check it; then stay up, or end with a verdict."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from simulator.story.brokers import embedded_broker, mosquitto
from simulator.story.cast import give_parts
from simulator.story.chapters.audit import books_agree
from simulator.story.chapters.deposits import couriers_deposit
from simulator.story.chapters.enrolment import directory_arrives, residents_enrol
from simulator.story.chapters.faults import door_jams
from simulator.story.chapters.outage import broker_dies, daemon_is_killed
from simulator.story.chapters.pickups import codes_collect, residents_look
from simulator.story.chapters.remote import platform_opens
from simulator.story.chapters.strangers import strangers_try
from simulator.story.kiosk import Kiosk, StoryFault
from simulator.story.processes import NotReady, Part, locker, simulator
from simulator.story.roles import Neighbour, Parcel, Worker
from simulator.story.site import (
    STORY_PACE,
    VISITORS_PACE,
    Site,
    change_pace,
    free_port,
    lay_out,
    make_keys,
    write_settings,
)
from simulator.story.surroundings import Platform, Street
from simulator.story.town import Tally, Town

CHAPTERS: Sequence[Callable[[Town], None]] = (
    directory_arrives,
    residents_enrol,
    couriers_deposit,
    residents_look,
    codes_collect,
    strangers_try,
    door_jams,
    platform_opens,
    broker_dies,
    daemon_is_killed,
    books_agree,
)


def main(arguments: list[str]) -> int:
    """Play the story; with --once, exit 0 if every step held and 1 otherwise."""
    options = _parser().parse_args(arguments)
    if (options.eyes is None) != (options.layout is None):
        say("story: --eyes and --layout go together")
        return 2
    folder = options.folder or Path(tempfile.mkdtemp(prefix="iris-locker-"))
    parts: dict[str, Part] = {}
    held = False
    try:
        town = start(folder, parts, options)
        held = play(town)
        if not options.once:
            _stay(town)
    except (NotReady, StoryFault) as fault:
        say(f"✗ {fault}")
    except KeyboardInterrupt:
        say("")
    finally:
        for part in reversed(list(parts.values())):
            part.stop()
        if held and options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)
        elif not held:
            say(f"  logs and ledger: {folder}")
    return 0 if held else 1


def play(town: Town) -> bool:
    """Play chapter after chapter; false at the first that does not hold."""
    started = time.monotonic()
    for chapter in CHAPTERS:
        try:
            chapter(town)
        except StoryFault as fault:
            say(f"✗ {chapter.__doc__ or chapter.__name__}\n  {fault}")
            return False
    tally: Tally = town.tally
    say(
        f"✓ Every step held in {time.monotonic() - started:.0f} s. Looks: {tally.looks}, misses: {tally.misses}, codes "
        f"instead: {tally.codes_instead}, not enrolled: {tally.not_enrolled}, false matches: {tally.false_matches}"
    )
    return True


def start(folder: Path, parts: dict[str, Part], options: argparse.Namespace) -> Town:
    """Start the broker, the street, the camera, the platform and the daemon, each a process of its own."""
    site, platform_key = lay_out(folder)

    def run(name: str, command: list[str]) -> dict[str, str]:
        parts[name] = Part(name, command, folder / f"{name}.log")
        return parts[name].start()

    eyes = ["--eyes", str(options.eyes), "--layout", options.layout] if options.eyes else []
    host, port = "127.0.0.1", str(free_port())
    version = "5" if options.broker == "mosquitto" else "3.1.1"
    parts["broker"] = mosquitto(site, int(port)) if options.broker == "mosquitto" else embedded_broker(site, port)
    parts["broker"].start()
    camera = run("camera", simulator("camera", "--seed", str(options.seed), *eyes))
    kiosk_port = options.kiosk_port or free_port()
    write_settings(
        site,
        STORY_PACE,
        camera_url=f"{camera['url']}/stream.mjpg",
        mqtt_host=host,
        mqtt_port=port,
        mqtt_version=version,
        platform_key=platform_key,
        kiosk_port=str(kiosk_port),
    )
    make_keys(site)
    street = run(
        "street",
        simulator(
            "street", "--config", str(site.settings), "--pty-dir", str(site.pty_dir), "--camera-url", camera["url"]
        ),
    )
    platform = run("platform", _platform(site, host, port, version, options.seed))
    daemon = run("daemon", locker("run", "--config", str(site.settings)))
    say(f"Eyes are {'pictures of ' + options.layout if eyes else 'drawn'}; seed {options.seed}")
    return _town(site, parts, daemon["url"], street["url"], platform["url"])


def _platform(site: Site, host: str, port: str, version: str, seed: int) -> list[str]:
    return simulator(
        "platform",
        *("--mqtt-host", host, "--mqtt-port", port, "--mqtt-version", version),
        *("--community", site.community, "--cabinet", site.cabinet),
        *("--secrets", str(site.platform_secrets), "--seed", str(seed)),
    )


def _town(site: Site, parts: dict[str, Part], kiosk: str, street: str, platform_url: str) -> Town:
    platform = Platform(platform_url)
    people = platform.get("/api/people")
    residents = [
        Neighbour(r["person"], r["name"], r["household"], r["camera_name"], r["enrolment_code"])
        for r in people["residents"]
    ]
    couriers = [Worker(c["person"], c["name"], c["number"], c["pin"], c["carrier"]) for c in people["couriers"]]
    attendant, delegate = people["attendants"][0], people["delegates"][0]
    parcels = [
        Parcel(c["consignment"], c["waybill"], c["recipient"], c["carrier"], c["size"], c["true_size"])
        for c in platform.get("/api/consignments")
    ]
    return Town(
        site=site,
        kiosk=Kiosk(kiosk),
        street=Street(street),
        platform=platform,
        parts=parts,
        tell=say,
        residents=residents,
        couriers=couriers,
        attendant=Worker(attendant["person"], attendant["name"], attendant["number"], attendant["pin"], None),
        parcels=parcels,
        cast=give_parts(residents, parcels, couriers, delegate["consignment"]),
        delegate_code=delegate["code"],
    )


def _stay(town: Town) -> None:
    """Stay up for visitors, with a cabinet as patient as in life, until somebody ends the demo."""
    town.parts["daemon"].stop()
    change_pace(town.site, VISITORS_PACE)
    town.parts["daemon"].start()
    courier, attendant = town.couriers[0], town.attendant
    say(f"\n  kiosk page    {town.kiosk.url}\n  the street    {town.street.url}\n  the platform  {town.platform.url}")
    say(f"  courier {courier.number}, PIN {courier.pin}; attendant {attendant.number}, PIN {attendant.pin}")
    say("  Ctrl-C ends it all")
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    ended.wait()


def say(line: str) -> None:
    """One line of the story."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="iris-locker demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end after the story, with status 0 if every step held")
    parser.add_argument("--eyes", type=Path, help="folder of real eye pictures for the camera")
    parser.add_argument("--layout", choices=("casia-interval", "iitd", "folders"), help="how that folder is laid out")
    parser.add_argument("--seed", type=int, default=1, help="draws the people, their eyes and their parcels")
    parser.add_argument("--folder", type=Path, help="where the run's files go (a temporary folder by default)")
    parser.add_argument(
        "--broker",
        choices=("embedded", "mosquitto"),
        default="embedded",
        help="embedded speaks MQTT 3.1.1, mosquitto 5",
    )
    parser.add_argument("--kiosk-port", type=int, default=0, help="port of the kiosk page (a free one by default)")
    return parser
