"""Collections of real pictures: layouts, one subject per person, one person per subject."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from simulator.camera.casting import Casting, split
from simulator.camera.collection import CollectionError, Layout, Subject, read_collection
from simulator.camera.real import RealReel, RealSource, place
from simulator.camera.standing import CannotStand, Purpose, Standing
from simulator.eyes import Side


def draw(path: Path, size: tuple[int, int] = (24, 32), level: int = 90) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.full(size, level, np.uint8))
    return path


def subject(name: str, pictures: int = 6) -> Subject:
    return Subject(name, {side: tuple(Path(f"{name}_{side}_{n}.bmp") for n in range(pictures)) for side in Side})


def names(subjects: tuple[Subject, ...]) -> list[str]:
    return [found.name for found in subjects]


def test_the_casia_interval_layout_has_a_folder_per_eye_in_a_folder_per_subject(tmp_path: Path) -> None:
    draw(tmp_path / "001/L/S1001L02.jpg")
    draw(tmp_path / "001/L/S1001L01.jpg")
    draw(tmp_path / "001/R/S1001R01.jpg")
    (found,) = read_collection(tmp_path, Layout.CASIA_INTERVAL)
    assert [path.name for path in found.eyes[Side.LEFT]] == ["S1001L01.jpg", "S1001L02.jpg"]
    assert found.fewest == 1


def test_the_iitd_layout_tells_the_side_by_the_file_name_and_leaves_second_numbers_out(tmp_path: Path) -> None:
    for number in ("008", "042", "043"):
        draw(tmp_path / number / "01_L.bmp")
        draw(tmp_path / number / "06_R.bmp")
    found = read_collection(tmp_path, Layout.IITD)
    assert names(found) == ["008", "043"]
    assert [path.name for path in found[0].eyes[Side.RIGHT]] == ["06_R.bmp"]


def test_the_folders_layout_pairs_the_two_eyes_of_a_person(tmp_path: Path) -> None:
    draw(tmp_path / "annaL/x.png")
    draw(tmp_path / "annaR/y.png")
    draw(tmp_path / "benL/z.png")
    found = read_collection(tmp_path, Layout.FOLDERS)
    assert names(found) == ["anna", "ben"]
    assert (found[0].fewest, found[1].fewest) == (1, 0)


def test_a_folder_that_is_no_collection_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match="is --layout right"):
        read_collection(tmp_path, Layout.IITD)
    with pytest.raises(CollectionError, match="is not a folder"):
        read_collection(tmp_path / "none", Layout.IITD)


def test_no_two_names_are_one_person() -> None:
    casting = Casting([subject(f"{n:03d}") for n in range(20)], seed=1)
    people = [f"r{n:02d}" for n in range(1, 11)] + ["c01", "c02", "r21", "anna", "ben", "王小明"]
    assert len({casting.subject(person).name for person in people}) == len(people)


def test_a_numbered_name_is_the_same_subject_in_every_run_and_another_under_another_seed() -> None:
    subjects = [subject(f"{n:03d}") for n in range(40)]
    forwards, backwards, other = Casting(subjects, seed=1), Casting(subjects, seed=1), Casting(subjects, seed=2)
    people = [f"r{n:02d}" for n in range(1, 21)]
    first = {person: forwards.subject(person).name for person in people}
    assert {person: backwards.subject(person).name for person in reversed(people)} == first
    assert {person: other.subject(person).name for person in people} != first


def test_subjects_with_enough_pictures_come_first() -> None:
    subjects = [subject("few1", 3), subject("many1", 6), subject("few2", 4), subject("many2", 5), subject("one", 1)]
    casting = Casting(subjects, seed=3)
    assert {casting.subject(person).name for person in ("r01", "r02")} == {"many1", "many2"}
    assert {casting.subject(person).name for person in ("r03", "r04")} == {"few1", "few2"}
    with pytest.raises(CannotStand, match="all 4 subjects"):
        casting.subject("r05")


def test_a_collection_without_two_pictures_of_each_eye_is_refused() -> None:
    with pytest.raises(CollectionError, match="two pictures of each eye"):
        Casting([subject("one", 1)], seed=1)


@pytest.mark.parametrize("pictures", [2, 3, 5, 10])
def test_enrolment_and_looks_share_no_picture(pictures: int) -> None:
    halves = split(subject("001", pictures), Side.LEFT, seed=1)
    assert sorted(halves[Purpose.ENROL] + halves[Purpose.LOOK]) == list(range(pictures))
    assert len(halves[Purpose.ENROL]) == pictures // 2


def test_a_smaller_picture_is_centred_with_its_border_replicated() -> None:
    picture = np.arange(12, dtype=np.uint8).reshape(3, 4)
    placed = place(picture, (7, 8))
    np.testing.assert_array_equal(placed[2:5, 2:6], picture)
    assert placed[0, 0] == picture[0, 0]
    assert placed[6, 7] == picture[2, 3]


def test_pictures_are_shown_as_they_are_on_the_largest_canvas_and_held_a_while(tmp_path: Path) -> None:
    for number in range(4):
        draw(tmp_path / f"aL/{number}.png", level=40 + 50 * number)
        draw(tmp_path / f"aR/{number}.png", size=(30, 28), level=100)
    source = RealSource(read_collection(tmp_path, Layout.FOLDERS), seed=1, fps=10)
    assert source.size == (30, 32)
    reel = source.reel(Standing(person="r01", eye=Side.LEFT, purpose=Purpose.LOOK), np.random.default_rng(1))
    while reel.prepare():
        pass
    shown = [level(reel) for _ in range(8)]
    assert shown == [shown[0]] * 4 + [shown[4]] * 4
    cast = source.people()["r01"]
    assert cast.subject == "a"
    assert {40 + 50 * int(Path(name).stem) for name in cast.look["left"]} == {shown[0], shown[4]}
    assert not set(cast.look["left"]) & set(cast.enrol["left"])


def level(reel: RealReel) -> int:
    picture = cv2.imdecode(np.frombuffer(reel.develop(), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return round(float(picture.mean()))


def test_a_file_that_is_no_picture_is_named(tmp_path: Path) -> None:
    for eye in ("aL", "aR"):
        draw(tmp_path / eye / "1.png")
        (tmp_path / eye / "2.png").write_bytes(b"no picture")
    with pytest.raises(CollectionError, match=r"2\.png cannot be read"):
        RealSource(read_collection(tmp_path, Layout.FOLDERS), seed=1, fps=10)
