"""A large gallery: filling it, coming and going, searching it plainly and compiled, and the longest that a change took.

Run: python benchmarks/iris_speed.py [templates]; `iris-locker iris bench` measures the chain and its stages.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

from iris.accelerated import Accelerator, cache_folder
from iris.bench import random_template
from iris.gallery import Gallery
from iris.template import Template

CHANGES = 5000


def spent_ms(work: Callable[[], object]) -> float:
    start = time.thread_time()
    work()
    return 1e3 * (time.thread_time() - start)


def told(name: str, values: list[float]) -> None:
    print(f"{name:<34}{np.median(values):10.3f} ms (mean {np.mean(values):.3f}, longest {max(values):.1f})")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    draw = np.random.default_rng(1)
    templates = [random_template(draw) for _ in range(count)]
    accelerator = Accelerator(cache_folder)
    gallery = Gallery(accelerator)
    print(f"{count} templates; times of one processor")
    told("add, filling", [spent_ms(lambda n=n, t=t: gallery.add(str(n), str(n), t)) for n, t in enumerate(templates)])
    probe = random_template(draw)
    told("search, plain", [spent_ms(lambda: gallery.identify(probe)) for _ in range(5)])
    engine = accelerator.prepare()
    if engine.compiled:
        told(f"search, {engine.name}", [spent_ms(lambda: gallery.identify(probe)) for _ in range(5)])
    else:
        print(f"search, compiled: {engine.reason}")

    def change(number: int, template: Template) -> None:
        gallery.remove(str(number))
        gallery.add(f"new {number}", "somebody", template)

    told("remove one and add another", [spent_ms(lambda n=n: change(n, templates[n])) for n in range(CHANGES)])
    told("search right after a change", [spent_ms(lambda: gallery.identify(probe)) for _ in range(5)])


if __name__ == "__main__":
    main()
