"""`iris identify`: who of a folder of templates a picture shows, or why nobody."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from iris.commands.template_files import ONE_PICTURE, SUFFIX, Files, load, promise, promise_words, template_of
from iris.commands.trouble import NO_MATCH, Commands, Trouble, guarded
from iris.decision import MARGIN, Accepted, Ambiguous, Ending, Look, NotRecognised, Policy, WrongView
from iris.duplicates import one_eye
from iris.evaluation.picture_file import shown
from iris.gallery import Candidate, Identification
from iris.template import Template
from iris.wrong_view import view_fault

DESCRIPTION = f"""
The gallery is a folder of templates at any depth. A person has one template of each eye, NAME-left{SUFFIX} and
NAME-right{SUFFIX}, as `iris enrol` writes them; or all files below a folder NAME/. Any other file is a person of its
own: two files of one eye under two names make that eye ambiguous.

`reason` (with --json) is accepted; not_recognised (nobody is near enough); ambiguous (two people are near, less than
{MARGIN} apart); nothing_comparable; or how the picture fits somebody the wrong way: wrong-eye, mirrored, upside-down.
Files that cannot be used are told and left out; `skipped` counts them with those that gave no distance.
The threshold follows from `promise`: one picture against the whole gallery; `iris policy` prints the same.
Exit code 0 for accepted, 1 for nobody, 2 where nothing could be asked.
"""


def register(commands: Commands) -> None:
    """Adds the command."""
    command = commands.add_parser(
        "identify",
        help="who of a folder of templates a picture shows",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("image", type=Path, metavar="IMAGE")
    command.add_argument("--gallery", required=True, type=Path, metavar="DIR")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=guarded(_identify))


@dataclass(frozen=True, slots=True)
class _Answer:
    """A decision with its reason and the words for it."""

    reason: str
    text_zh: str
    text_en: str
    people: tuple[str, ...] = ()
    remedy_zh: str = ""
    remedy_en: str = ""


def _identify(arguments: argparse.Namespace) -> int:
    files = load(arguments.gallery)
    for left_out in files.skipped:
        print(f"跳过 skipped {left_out.file}: {left_out.reason}", file=sys.stderr)
    if not files.templates:
        what = "没有可用的模板 has no template that can be used" if files.skipped else "holds no template 没有模板"
        raise Trouble(f"{shown(arguments.gallery)} {what} (*{SUFFIX}); make some with 'iris enrol' or 'iris encode'")
    policy, probe = Policy(frames=ONE_PICTURE), template_of(arguments.image)
    found = files.gallery.identify(probe)
    look = Look(policy, len(files.gallery))
    decision = look.add(found)
    accepted = isinstance(decision, Accepted)
    answer = (
        _Answer("accepted", "已识别", "recognised", (decision.person,))
        if isinstance(decision, Accepted)
        else _nobody(look.close(view_fault(probe, files.gallery, decision.threshold)), found, files, policy)
    )
    if arguments.json:
        facts = _facts(answer, found, files, decision.threshold) | {"promise": promise(policy, len(files.gallery))}
        print(json.dumps(facts, ensure_ascii=False))
    else:
        _tell(answer, found, decision.threshold, promise_words(policy, len(files.gallery)))
    return 0 if accepted else NO_MATCH


def _nobody(ending: Ending, found: Identification, files: Files, policy: Policy) -> _Answer:
    """Why nobody was accepted."""
    if isinstance(ending, Ambiguous):
        return _ambiguous(ending, found, files, policy)
    if isinstance(ending, WrongView):
        return _Answer(ending.fault.value, ending.text_zh, ending.text_en)
    assert isinstance(ending, NotRecognised)
    if found.best is None:
        return _Answer("nothing_comparable", "没有可比较的模板", "not recognised: nothing comparable")
    return _Answer("not_recognised", "未识别", "not recognised")


def _ambiguous(ending: Ambiguous, found: Identification, files: Files, policy: Policy) -> _Answer:
    lead = found.runner_up.distance - found.best.distance if found.best and found.runner_up else 0.0
    names = ", ".join(ending.people)
    answer = _Answer(
        "ambiguous",
        f"无法确定：{names} 都符合，仅差 {lead:.3f}（至少 {MARGIN}）",
        f"ambiguous: {names} all fit, {lead:.3f} apart where {MARGIN} is needed",
        ending.people,
    )
    best, other = found.best, found.runner_up
    if best and other and one_eye(_template(best, files), _template(other, files), policy):
        return _Answer(
            answer.reason,
            answer.text_zh,
            answer.text_en,
            answer.people,
            "两个模板像是同一只眼睛：请用 iris enrol 合成一个，或放进同一个人名文件夹",
            "the two templates seem to be of one eye: make one of them with iris enrol, or put them into one folder "
            "named after the person",
        )
    return answer


def _template(candidate: Candidate, files: Files) -> Template:
    return files.templates[candidate.template_id]


def _tell(answer: _Answer, found: Identification, threshold: float, promised: str) -> None:
    best, other = found.best, found.runner_up
    near = "" if best is None else f"{best.template_id} {best.distance:.3f}"
    if answer.reason == "accepted":
        assert best is not None
        print(f"{answer.people[0]}: {best.template_id} (distance {best.distance:.3f}, threshold {threshold:.3f})")
    else:
        rival = "" if other is None or answer.reason != "ambiguous" else f", {other.template_id} {other.distance:.3f}"
        print(f"{answer.text_zh} {answer.text_en} (nearest {near or '-'}{rival}, threshold {threshold:.3f})")
    if answer.remedy_en:
        print(f"{answer.remedy_zh} {answer.remedy_en}")
    print(f"{threshold:.4f}: {promised}")


def _facts(answer: _Answer, found: Identification, files: Files, threshold: float) -> dict[str, object]:
    best, other = found.best, found.runner_up
    remedy = {"remedy_zh": answer.remedy_zh, "remedy_en": answer.remedy_en} if answer.remedy_en else {}
    return {
        "accepted": answer.reason == "accepted",
        "reason": answer.reason,
        "text_zh": answer.text_zh,
        "text_en": answer.text_en,
        **remedy,
        "people": list(answer.people),
        "person": best.person if best and answer.reason == "accepted" else None,
        "template": best.template_id if best else None,
        "distance": best.distance if best else None,
        "runner_up": other.template_id if other else None,
        "runner_up_distance": other.distance if other else None,
        "threshold": threshold,
        "compared": found.compared,
        "skipped": found.skipped + len(files.skipped),
        "skipped_files": [asdict(left_out) for left_out in files.skipped],
    }
