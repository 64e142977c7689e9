"""Measured figures beside their budgets, as a table and as JSON, with the machine that they were measured on."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FSYNCS = 50
BLOCK = b"\0" * 4096


@dataclass(frozen=True)
class Figure:
    """Something measured several times.

    Attributes:
        name: what was measured.
        how: from where to where, precisely.
        unit: of every number here.
        budget: what DESIGN allows; None for figures that explain others.
    """

    name: str
    how: str
    unit: str
    budget: float | None
    count: int
    median: float | None
    least: float | None
    most: float | None

    @property
    def kept(self) -> bool | None:
        """Whether the median keeps the budget; None without one."""
        if self.budget is None:
            return None
        return self.median is not None and self.median <= self.budget


def figure(
    name: str, how: str, values: Sequence[float], *, unit: str, budget: float | None = None, scale: float = 1.0
) -> Figure:
    """A figure from its values, each multiplied by `scale`; without values it keeps no budget."""
    scaled = [_short(scale * value) for value in values]
    return Figure(
        name,
        how,
        unit,
        budget,
        count=len(scaled),
        median=_short(statistics.median(scaled)) if scaled else None,
        least=min(scaled, default=None),
        most=max(scaled, default=None),
    )


def _short(value: float) -> float:
    """Three digits that count; more would claim too much."""
    return float(f"{value:.3g}")


def table(figures: Sequence[Figure]) -> str:
    """The figures as text."""
    width = max(len(each.name) for each in figures)
    lines = [f"{'what':{width}}  {'median':>8} {'least':>8} {'most':>8}  unit      n   budget"]
    for each in figures:
        numbers = " ".join(f"{'-' if number is None else f'{number:g}':>8}" for number in _numbers(each))
        verdict = "" if each.budget is None else f"{each.budget:g}  {'kept' if each.kept else 'MISSED'}"
        lines.append(f"{each.name:{width}}  {numbers}  {each.unit:6} {each.count:4d}   {verdict}")
    return "\n".join(lines)


def _numbers(each: Figure) -> tuple[float | None, ...]:
    return each.median, each.least, each.most


def write(path: Path, figures: Sequence[Figure], machine: dict[str, str | int | float], notes: Sequence[str]) -> None:
    """Write everything as JSON."""
    report = {
        "command": "python benchmarks/cabinet.py --json docs/figures/cabinet.json",
        "measured_at": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "machine": machine,
        "notes": list(notes),
        "figures": [asdict(each) | {"kept": each.kept} for each in figures],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def machine(folder: Path, load_before: float) -> dict[str, str | int | float]:
    """The machine, and how fast its disk makes a small write durable (without which no latency here says anything)."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 0,
        "memory_gb": round(memory / 1e9, 1),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "fsync_median_ms": _fsync_ms(folder),
        "load_average_before": round(load_before, 2),
        "load_average_after": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith(("model name", "Model")):
            return line.partition(":")[2].strip()
    return platform.machine()


def _fsync_ms(folder: Path) -> float:
    path, times = folder / "fsync", []
    with path.open("wb", buffering=0) as file:
        for _ in range(FSYNCS):
            began = time.perf_counter()
            file.write(BLOCK)
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - began)
    path.unlink()
    return _short(1e3 * statistics.median(times))
