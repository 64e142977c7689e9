"""The compiled scan equals the plain one to the last bit, and whatever befalls it leaves the plain one at work."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iris import accelerated
from iris.accelerated import Accelerator, Unequal, cache_folder, compiled_scan, kernel, prove
from iris.gallery import Gallery
from iris.planes import LEAST_OVERLAP, PLANE_WORDS, Distances, Planes, distances, plain_scan, planes, turned
from iris.template import Template

Make = Callable[..., Template]


def equal(a: Distances, b: Distances) -> bool:
    """To the last bit: NaN equals NaN, and no type may differ."""
    pairs = [(getattr(a, name), getattr(b, name)) for name in Distances.__dataclass_fields__]
    return all(one.dtype == two.dtype and one.tobytes() == two.tobytes() for one, two in pairs)


def template(make: Make, seed: int, believed: float, readings: int) -> Template:
    return Template.of_readings([make(seed + 1000 * part, believed=believed) for part in range(readings)])


@pytest.mark.parametrize("readings", [1, 2])
def test_the_kernel_as_plain_python_equals_the_plain_scan(make_template: Make, readings: int) -> None:
    """Without a compiler: what is compiled is right as it stands, for one and two readings, dense, sparse and blind."""
    believed = (0.9, 0.75, 0.42, 0.3, 0.0)
    probe = turned(template(make_template, 1, 0.7, readings))
    gallery = planes([template(make_template, seed, believed[seed % 5], 1 + seed % 2) for seed in range(6)])
    ours = compiled_scan(kernel.scan, probe, gallery)
    assert equal(ours, plain_scan(probe, gallery))
    assert np.isnan(ours.distance).any()
    assert np.isfinite(ours.distance).any()


def places(count: int) -> Planes:
    """A column whose mask believes so many places."""
    bits = np.zeros(PLANE_WORDS * 64, np.uint8)
    bits[:count] = 1
    mask = np.packbits(bits).view(np.uint64)[:, None].copy()
    return Planes(mask.copy(), mask.copy(), mask)


def test_the_kernel_needs_the_same_least_overlap() -> None:
    least = -(-LEAST_OVERLAP // 2)
    for count, refused in ((least - 1, True), (least, False)):
        found = compiled_scan(kernel.scan, places(count), places(count))
        assert equal(found, plain_scan(places(count), places(count)))
        assert bool(np.isnan(found.distance[0])) is refused


def test_a_wrong_kernel_is_found_out() -> None:
    def one_bit_off(*arrays: np.ndarray) -> None:
        kernel_results = compiled_results(*arrays[:6])
        for target, values in zip(arrays[6:], kernel_results, strict=True):
            target[:] = values
        if arrays[6].size:
            arrays[6][-1] = np.nextafter(arrays[6][-1], np.float32(1))

    with pytest.raises(Unequal, match="distance"):
        prove(one_bit_off)


def compiled_results(*words: np.ndarray) -> tuple[np.ndarray, ...]:
    found = plain_scan(Planes(*words[:3]), Planes(*words[3:]))
    number = found.rotation + 11 + 23 * found.probe_reading
    return found.distance, found.raw, found.overlap, number


def plainly(*arrays: np.ndarray) -> None:
    for target, values in zip(arrays[6:], compiled_results(*arrays[:6]), strict=True):
        target[:] = values


def test_without_the_extra_the_plain_scan_runs_and_says_so(
    make_template: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accelerated, "find_spec", lambda _: None)
    accelerator = Accelerator()
    told: list[Any] = []
    accelerator.start(told.append).join()
    assert told == [accelerator.engine]
    assert not accelerator.engine.compiled
    assert "fast" in accelerator.engine.reason
    gallery = Gallery(accelerator)
    gallery.add("t", "p", make_template(1))
    found = gallery.identify(make_template(1))
    assert found.best is not None
    assert found.best.distance < 0.1


def test_a_search_meanwhile_does_not_wait_for_the_compiler(
    make_template: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready, asked = threading.Event(), threading.Event()

    def slow(*_: object) -> Callable[..., None]:
        asked.set()
        assert ready.wait(60)
        return plainly

    monkeypatch.setattr(accelerated, "find_spec", lambda _: object())
    monkeypatch.setattr(accelerated, "_compiler", lambda: ("slow", slow, lambda _: None))
    accelerator = Accelerator()
    thread = accelerator.start()
    assert asked.wait(60)
    assert not accelerator.engine.compiled
    assert accelerator(turned(make_template(1)), planes([make_template(1)])).distance.size == 1
    ready.set()
    thread.join()
    assert accelerator.engine.compiled
    assert accelerator.engine.name == "slow"


@pytest.mark.parametrize("wrong_until", [1, 2, 3])
def test_what_was_kept_and_is_wrong_is_thrown_away_and_made_afresh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong_until: int
) -> None:
    made: list[Path | None] = []
    forgotten: list[Path] = []

    def make(folder: Path | None) -> Callable[..., None]:
        made.append(folder)
        if len(made) <= wrong_until:
            raise RuntimeError("damaged")
        return plainly

    monkeypatch.setattr(accelerated, "find_spec", lambda _: object())
    monkeypatch.setattr(accelerated, "_compiler", lambda: ("numba", make, forgotten.append))
    engine = Accelerator(lambda: tmp_path).prepare()
    assert made == [tmp_path, tmp_path, None][: wrong_until + 1]
    assert forgotten == [tmp_path, tmp_path][:wrong_until]
    assert engine.compiled is (wrong_until < 3)
    assert engine.reason == ("" if engine.compiled else "RuntimeError: damaged")


def test_machine_code_is_kept_only_where_nobody_else_may_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CACHE_DIRECTORY", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = cache_folder()
    assert folder == tmp_path / "iris-locker"
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o770)
    assert cache_folder() is None
    monkeypatch.setenv("CACHE_DIRECTORY", str(tmp_path / "unit"))
    assert cache_folder() == tmp_path / "unit"
    (tmp_path / "file").touch()
    monkeypatch.setenv("CACHE_DIRECTORY", str(tmp_path / "file" / "below"))
    assert cache_folder() is None


@pytest.fixture(scope="session")
def numba_kernel(tmp_path_factory: pytest.TempPathFactory) -> tuple[Callable[..., None], Path]:
    pytest.importorskip("numba", reason="the extra `fast` is not installed")
    from iris.accelerated import compiled  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("machine-code")
    return compiled.compiled(folder), folder


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    pattern=st.lists(st.tuples(st.integers(1, 2), st.sampled_from([0.0, 0.3, 0.41, 0.5, 0.8, 1.0])), max_size=300),
    probe_readings=st.integers(1, 2),
    believed=st.floats(0.2, 1.0),
)
def test_machine_code_equals_the_plain_scan_to_the_last_bit(
    make_template: Make,
    numba_kernel: tuple[Callable[..., None], Path],
    *,
    seed: int,
    pattern: list[tuple[int, float]],
    probe_readings: int,
    believed: float,
) -> None:
    templates = [template(make_template, seed + number % 7, share, n) for number, (n, share) in enumerate(pattern)]
    probe, gallery = turned(template(make_template, seed, believed, probe_readings)), planes(templates)

    def scan(one: Planes, others: Planes) -> Distances:
        return compiled_scan(numba_kernel[0], one, others)

    assert equal(scan(probe, gallery), plain_scan(probe, gallery))
    assert equal(distances(probe, gallery, scan), distances(probe, gallery))


def test_machine_code_takes_columns_out_of_a_larger_array(
    make_template: Make, numba_kernel: tuple[Callable[..., None], Path]
) -> None:
    whole = planes([make_template(seed) for seed in range(300)])
    part = Planes(whole.real[:, 7:270], whole.imaginary[:, 7:270], whole.mask[:, 7:270])
    probe = turned(make_template(1))
    assert equal(compiled_scan(numba_kernel[0], probe, part), plain_scan(probe, part))


def test_machine_code_passes_its_own_proof(numba_kernel: tuple[Callable[..., None], Path]) -> None:
    prove(numba_kernel[0])


def test_kept_machine_code_is_loaded_and_damage_to_any_file_is_found(
    numba_kernel: tuple[Callable[..., None], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from iris.accelerated import compiled  # noqa: PLC0415

    _, folder = numba_kernel
    place = folder / compiled._fingerprint()
    files = [path for path in place.rglob("*") if path.is_file() and path.name != compiled.CHECKSUMS]
    assert {path.suffix for path in files} == {".nbi", ".nbc"}
    again = compiled.compiled(folder)
    assert again.stats.cache_hits  # type: ignore[attr-defined]
    monkeypatch.setattr(compiled, "_compiled", lambda **_: plainly)
    for path in files:
        sound = path.read_bytes()
        for damaged in (sound[:-1], b"", sound[:40] + bytes([sound[40] ^ 1]) + sound[41:]):
            path.write_bytes(damaged)
            assert not compiled._intact(place)
        path.write_bytes(sound)
        assert compiled._intact(place)
    (place / compiled.CHECKSUMS).write_text(json.dumps({}))
    compiled.compiled(folder)
    assert not any(path.exists() for path in files)


def test_a_damaged_cache_is_made_anew(tmp_path: Path) -> None:
    pytest.importorskip("numba", reason="the extra `fast` is not installed")
    from iris.accelerated import compiled  # noqa: PLC0415

    place = tmp_path / compiled._fingerprint()
    place.mkdir()
    (place / "kernel.scan.nbi").write_bytes(os.urandom(500))
    engine = Accelerator(lambda: tmp_path).prepare()
    assert engine.compiled
    assert engine.name.startswith("numba")
    assert compiled._intact(place)
