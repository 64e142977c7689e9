"""How long an eye takes to grow, and a 640x480 picture of it to render (budget: 60 ms)."""

from __future__ import annotations

import time

import numpy as np

from simulator.eyes import Identity, Side, draw_view, grow, render

EYES = 10
VIEWS = 10


def main() -> None:
    rng = np.random.default_rng(1)
    growing, rendering = [], []
    for number in range(EYES):
        began = time.perf_counter()
        eye = grow(Identity(1, f"r{number:02d}", Side.LEFT))
        growing.append(time.perf_counter() - began)
        for _ in range(VIEWS):
            view = draw_view(rng)
            began = time.perf_counter()
            render(eye, view, rng)
            rendering.append(time.perf_counter() - began)
    for name, seconds in (("grow", growing), ("render 640x480", rendering)):
        times = np.array(seconds) * 1000
        print(f"{name:15} median {np.median(times):5.1f} ms, 95 % {np.percentile(times, 95):5.1f} ms, n={len(times)}")


if __name__ == "__main__":
    main()
