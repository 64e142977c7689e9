"""`make fuzz`: every target under coverage-guided fuzzing (atheris), each in a process of its own.

Run: python tests/fuzz/run.py [--runs N] [TARGET...]. Inputs that reach new code are kept in reports/fuzz/ and are the
start of the next run; an input that breaks something is kept there too, and `run.py --again FILE TARGET` repeats it.
Where atheris cannot be installed the same targets run on random changes of their seeds, and the run says so.
"""

# ruff: noqa: T201, PLC0415 - it is run from a terminal, and imports what stands beside it

from __future__ import annotations

import argparse
import hashlib
import random
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
REPORTS = HERE.parents[1] / "reports" / "fuzz"
ROUND = 800
"""Runs of one process, which then ends: under atheris 3.0 memory grows by about 1 MB a picture, without its
instrumentation by nothing. A fresh process goes on with the kept inputs."""
PROGRESS = re.compile(r"#\d+\s+(NEW|REDUCE|RELOAD|pulse)|\"|INFO: Instrumenting")
"""What libFuzzer says by the thousand; the line "DONE" has the coverage at the end."""
INSTRUMENTED = ["config", "firmware_bridge", "iris", "locker", "mqtt"]
sys.path[:0] = [str(HERE), str(HERE.parents[1])]


def main() -> int:
    parser = argparse.ArgumentParser(description="fuzz every target, or the named ones")
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--runs", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--again", type=Path, metavar="FILE", help="repeat one input")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    from target import load, names

    unknown = sorted(set(arguments.targets) - set(names()))
    if unknown:
        parser.error(f"no target {unknown[0]!r}; there are {', '.join(names())}")
    chosen = arguments.targets or names()
    if arguments.again:
        load(chosen[0]).one(arguments.again.read_bytes())
        return 0
    if arguments.here:
        return fuzz(chosen[0], arguments.runs, arguments.seed)
    failed = [name for name in chosen if not _alone(name, arguments.runs, arguments.seed)]
    print(f"fuzz: {len(chosen)} targets, {len(failed)} with findings{': ' if failed else ''}{', '.join(failed)}")
    return 1 if failed else 0


def _alone(name: str, runs: int, seed: int) -> bool:
    print(f"fuzz: {name}", flush=True)
    for number, done in enumerate(range(0, runs, ROUND)):
        more = ["--runs", str(min(ROUND, runs - done)), "--seed", str(seed + number)]
        command = [sys.executable, __file__, "--here", *more, name]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, errors="replace") as process:
            for line in process.stderr or ():
                if not PROGRESS.match(line):
                    print(line, end="", flush=True)
        if process.returncode != 0:
            return False
    return True


def fuzz(name: str, runs: int, seed: int) -> int:
    """One target in this process; atheris ends the process by itself."""
    from target import load

    try:
        import atheris
    except ImportError:
        print("fuzz: atheris is not installed (it has wheels for Linux on x86-64); random changes of the seeds instead")
        target = load(name)
        for data in changed(target.seeds(), runs * target.times, seed):
            target.one(data[: target.longest])
        return 0
    with atheris.instrument_imports(include=INSTRUMENTED):
        target = load(name)
        seeds = target.seeds()
        # Made here, so that what a target imports only when it is used, such as the driver of a family, is seen too.
    corpus = REPORTS / name
    corpus.mkdir(parents=True, exist_ok=True)
    for data in seeds:
        (corpus / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    options = [
        f"-runs={runs * target.times}",
        f"-seed={seed}",
        f"-max_len={target.longest}",
        f"-artifact_prefix={REPORTS}/{name}-",
    ]
    atheris.Setup([name, *options, "-print_final_stats=1", "-verbosity=1", str(corpus)], target.one)
    atheris.Fuzz()
    return 0


def changed(seeds: list[bytes], count: int, seed: int) -> list[bytes]:
    """Random changes of the seeds: bytes set, cut out, put in, and two seeds joined; the seeds themselves first."""
    draw = random.Random(seed)
    found = list(seeds)
    while len(found) < count:
        data = bytearray(draw.choice(seeds))
        for _ in range(draw.randint(1, 8)):
            place = draw.randint(0, len(data))
            kind = draw.randrange(4)
            if kind == 0 and place < len(data):
                data[place] = draw.randrange(256)
            elif kind == 1:
                del data[place : place + draw.randint(1, 16)]
            elif kind == 2:
                data[place:place] = draw.randbytes(draw.randint(1, 16))
            else:
                data[place:] = draw.choice(seeds)[place:]
        found.append(bytes(data))
    return found[:count]


if __name__ == "__main__":
    sys.exit(main())
