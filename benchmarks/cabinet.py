"""Measures the budgets of a cabinet on the real daemon: real pseudo-terminals, HTTP and MQTT, drawn eyes.

    python benchmarks/cabinet.py [--json FILE] [--broker embedded|mosquitto] [--rounds N] [--backlog ROWS]

Takes some minutes; let the machine do nothing else meanwhile.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path

from backlog import DrainWatch, fill
from figures import Figure, figure, machine, table, write
from scene import Scene, staged
from visits import Timed, Written, attempts, collect_by_code, collect_by_look, deposit, last_seq

from simulator.story.chapters.enrolment import residents_enrol
from simulator.story.roles import Neighbour, Parcel
from simulator.story.site import Pace, change_pace

BROKERS = {
    "mosquitto": "mosquitto, saving its state when it ends",
    "embedded": "the simulator's own, MQTT 3.1.1",
}
MS = 1e3
SEED = 1
REST_S = 20.0
SETTLE_S = 5.0
STARTS = 7
EACH_ROUND = 8
"""Deposits for codes, and as many for looks, in one round; the small compartments hold them all."""


def main() -> None:
    options = _options()
    load = os.getloadavg()[0]
    folder = Path(tempfile.mkdtemp(prefix="cabinet-benchmark-"))
    with staged(folder, options.broker, SEED) as scene:
        figures = [
            *at_rest(scene),
            *visits(scene, options.rounds),
            *starts(scene),
            *backlog(scene, options.backlog),
        ]
        tally = scene.town.tally
        notes = (
            f"Broker: {BROKERS[options.broker]}.",
            "The street, the camera, the broker, the platform and whoever measures share the daemon's cores.",
            f"Looks that recognised nobody: {tally.misses} of {tally.looks}.",
            f"Residents who could not be enrolled: {tally.not_enrolled}.",
        )
    about = machine(folder, load)
    shutil.rmtree(folder)
    print(table(figures))
    print(*notes, *(f"{name}: {value}" for name, value in about.items()), sep="\n")
    if options.json is not None:
        write(options.json, figures, about, notes)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    parser.add_argument("--broker", choices=tuple(BROKERS), default="mosquitto")
    parser.add_argument("--rounds", type=int, default=3, help=f"of {EACH_ROUND} visits by code and as many by look")
    parser.add_argument("--backlog", type=int, default=100_000, help="rows that wait for the platform")
    return parser.parse_args()


# At rest


def at_rest(scene: Scene) -> list[Figure]:
    """Memory and processor with everybody enrolled and nobody there, with and without the motion check."""
    change_pace(scene.town.site, Pace(idle_s=60.0, door_reminder_s=60.0, preview_every_s=0.0))
    scene.daemon.start()
    residents_enrol(scene.town)
    unseeing = _processor_share(scene)
    scene.daemon.stop()
    change_pace(scene.town.site, Pace(idle_s=60.0, door_reminder_s=60.0, preview_every_s=2.0))
    scene.daemon.start()
    share = _processor_share(scene)
    how = f"over {REST_S:.0f} s, nobody there, two boards polled every 0.25 s; processor time of all threads"
    resident = [scene.daemon.resident_mb()]
    return [
        figure("memory at rest", "VmRSS, 24 templates loaded", resident, unit="MB", budget=200),
        figure("processor at rest", f"{how}; motion check every 2 s", [share], unit="% core", budget=3),
        figure("processor at rest, no motion check", f"{how}; preview_every_s = 0", [unseeing], unit="% core"),
    ]


def _processor_share(scene: Scene) -> float:
    """Percent of one core that the daemon uses while nothing happens."""
    time.sleep(SETTLE_S)
    used, began = scene.daemon.processor_s(), time.monotonic()
    time.sleep(REST_S)
    return 100 * (scene.daemon.processor_s() - used) / (time.monotonic() - began)


# Visits


def visits(scene: Scene, rounds: int) -> list[Figure]:
    """Deposits, pickups by code, and pickups by looking."""
    timed, sent, seq = Timed(), scene.tap.count, last_seq(scene.town.site.ledger)
    for number in range(rounds):
        coming = [scene.announce(each, scene.town.couriers[0]) for each in _lookers(scene)[:EACH_ROUND]]
        codes = _deposit_for_codes(scene, timed)
        deposit(scene, timed, coming)
        for neighbour, code in codes:
            collect_by_code(scene, timed, neighbour, code)
        for place, neighbour in enumerate(_lookers(scene)[:EACH_ROUND]):
            if not collect_by_look(scene, timed, neighbour, ("left", "right")[(number + place) % 2]):
                code = _code(scene, coming[place])
                collect_by_code(scene, timed, neighbour, code)
        scene.town.street.stand(None)
    scene.town.tally.looks += timed.looks
    scene.town.tally.misses += timed.looks_refused
    return [
        *_decisions(scene, sent, seq, ""),
        figure("courier's last act to first byte", COURIER, timed.courier_to_byte, unit="ms", budget=50, scale=MS),
        figure("pickup code to first byte", CODE, timed.code_to_byte, unit="ms", budget=50, scale=MS),
        figure("resident's visit", LOOK, timed.look_to_door, unit="s", budget=2),
    ]


COURIER = "POST /act of the size (choose, reserve, commit, attempt, commit) to the unlock frame's first byte"
CODE = "POST /act of an eight-digit code to the unlock frame's first byte"
LOOK = "POST /act of 'look', the resident standing there, to the door coming open in the street; refused looks included"
DECISION = (
    "the attempt's row is stamped in its transaction (cut to ms), to the unlock frame's first byte; fsync included"
)
SUPPLY_BUSY_S = 0.85
"""The longest pulse (0.55 s) and the gap between two boards (0.3 s): an unlock within it waits for the power supply."""
FREE = f"as above, only attempts more than {SUPPLY_BUSY_S} s after the unlock before, which wait for no coil"
VISIT = "the visit's or reservation's row, which the decision writes first, to the first byte; two fsynced commits"


def _decisions(scene: Scene, sent: int, seq: int, when: str) -> list[Figure]:
    """From what the ledger holds to the bytes that followed."""
    unlocks = scene.tap.unlocks(sent)
    written: list[Written] = attempts(scene.town.site.ledger, seq)
    assert len(written) == len(unlocks), f"{len(written)} attempts were written, {len(unlocks)} unlock frames sent"
    pairs = list(zip(written, unlocks, strict=True))
    assert all(each.attempt_at <= unlock.wall for each, unlock in pairs), "a frame was sent before its row was stamped"
    attempt = [unlock.wall - each.attempt_at for each, unlock in pairs]
    before = [unlock.wall - each.before_at for each, unlock in pairs]
    free = [
        unlock.wall - each.attempt_at
        for (each, unlock), (_, earlier) in zip(pairs[1:], pairs, strict=False)
        if each.attempt_at - earlier.wall > SUPPLY_BUSY_S
    ]
    return [
        figure(f"decision to first byte{when}", DECISION, attempt, unit="ms", budget=30, scale=MS),
        figure(f"decision to first byte, supply free{when}", FREE, free, unit="ms", scale=MS),
        figure(f"decision's first row to first byte{when}", VISIT, before, unit="ms", budget=30, scale=MS),
    ]


def _lookers(scene: Scene) -> list[Neighbour]:
    """Residents who enrolled, one of each household, so that each look opens the one door of its own parcel."""
    first: dict[str, Neighbour] = {}
    for neighbour in scene.town.residents:
        if neighbour.enrolment_code:
            first.setdefault(neighbour.household, neighbour)
    return list(first.values())


def _deposit_for_codes(scene: Scene, timed: Timed) -> list[tuple[Neighbour, str]]:
    """A round of parcels put in, with the codes that their recipients were told."""
    town = scene.town
    people = [each for each in town.residents if each not in _lookers(scene)]
    coming = [(people[n % len(people)], scene.announce(people[n % len(people)], town.couriers[1])) for n in range(8)]
    deposit(scene, timed, [parcel for _, parcel in coming])
    return [(neighbour, _code(scene, parcel)) for neighbour, parcel in coming]


def _code(scene: Scene, parcel: Parcel) -> str:
    return scene.town.platform.code_for(parcel.recipient, parcel.consignment)


# Starts


def starts(scene: Scene) -> list[Figure]:
    """Stop and start again, with everybody's templates in the ledger."""
    seconds = []
    for _ in range(STARTS):
        scene.daemon.stop()
        seconds.append(scene.daemon.start())
    return [figure("start to first visit", START, seconds, unit="s", budget=3)]


START = "process started to GET /health answering 200, which it does only after every door was read and compared"


# Backlog


def backlog(scene: Scene, rows: int) -> list[Figure]:
    """Drain a week's events while residents collect with codes that they know already."""
    town, timed = scene.town, Timed()
    codes = _deposit_for_codes(scene, Timed())
    scene.daemon.stop()
    filled_s = fill(town.site.settings, rows)
    sent, seq = scene.tap.count, last_seq(town.site.ledger)
    print(f"{rows} rows were written in {filled_s:.0f} s; draining", flush=True)
    started_s = scene.daemon.start()
    drain = DrainWatch(town.site.ledger, seq)
    drain.start()
    beside = 0
    for neighbour, code in codes:
        beside += drain.is_alive()
        collect_by_code(scene, timed, neighbour, code)
    drain.join()
    if drain.seconds is None:
        raise SystemExit(f"the backlog was not drained: acknowledged only up to a row below {seq}")
    drained = f"{rows} rows: /health answers, to the last row acknowledged by the platform and the pointer durable"
    code = f"{CODE}; {beside} of them beside the drain"
    return [
        figure("start with the backlog", START, [started_s], unit="s", budget=3),
        figure("backlog drained", drained, [drain.seconds], unit="s", budget=60),
        figure("pickup code to first byte, draining", code, timed.code_to_byte, unit="ms", budget=50, scale=MS),
        *_decisions(scene, sent, seq, ", draining"),
        figure("memory at most", "VmHWM after the drain", [scene.daemon.peak_mb()], unit="MB"),
    ]


if __name__ == "__main__":
    main()
