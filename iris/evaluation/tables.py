"""The tables of the report: what was counted, and the rates with their intervals."""

from __future__ import annotations

from iris.evaluation.figures import Figures
from iris.evaluation.markup import FEW, NONE, NOTHING, interval, listed, note, of, percent, plain, small, table
from iris.evaluation.statistics import RATES
from iris.evaluation.visits import VisitFigures
from iris.refusals import REFUSALS

INCLUDED, EXCLUDED = "含采集失败 incl. FTA", "仅已编码 excl. FTA"
MEANINGS = {
    "bad-picture": "不是可用的图像文件 not a picture file that can be used",
    "no-such-file": "文件已不在 the file has gone",
    "not-a-file": "不是文件 not a file",
    "unreadable-file": "文件无法读取 the file cannot be read",
    "blank": "几乎全图一色 nearly one grey value everywhere",
    "no-eye": "找不到眼睛 no eye is found",
    "eye-closed": "眼睛闭合 the eye is shut",
    "too-small": "虹膜太小 the iris is too small",
    "blurred": "模糊 blurred",
    "off-axis": "视线偏离 the eye looks aside",
    "covered": "虹膜被遮挡 the iris is covered",
    "glare": "反光 reflections",
}
"""What each refusal says of a picture of a data set."""
ONE, SINGLE = "同一只眼睛 one eye", "个别图像 single pictures"
"""What two labels that share near pairs seem to be."""


def counts(figures: Figures) -> str:
    """Pictures, eyes and pairs, and the figures without a threshold."""
    lost = figures.pairs_lost_to_fte
    rows = [
        ("图像 pictures", f"{figures.pictures:,}", f"{figures.eyes:,} 只眼睛 eyes"),
        (
            "采集失败 failures to acquire (FTA)",
            f"{figures.failures_to_acquire:,} / {figures.pictures:,}",
            _rate(figures.failure_to_acquire_rate, interval(figures.failure_to_acquire_rate_95)),
        ),
        (
            "注册失败 failures to enrol (FTE)",
            f"{figures.eyes_failed_to_enrol:,} / {figures.eyes:,}",
            _rate(figures.failure_to_enrol_rate, interval(figures.failure_to_enrol_rate_95)),
        ),
        ("同眼对 genuine pairs", f"{figures.genuine_pairs:,}", f"{lost.genuine:,} 因采集失败 lost to FTA"),
        ("异眼对 impostor pairs", f"{figures.impostor_pairs:,}", f"{lost.impostor:,} 因采集失败 lost to FTA"),
        ("等错误率 equal error rate (EER)", percent(figures.eer), interval(figures.eer_95)),
        ("d′", FEW if figures.d_prime is None else f"{figures.d_prime:.2f}", plain(figures.d_prime_95)),
    ]
    about = note(
        "FTA：一张图像得不到模板；FTE：一只眼睛的所有图像都得不到模板（ISO/IEC 19795-1）。",
        "FTA: a picture gives no template. FTE: none of an eye's pictures does (ISO/IEC 19795-1). In figures.json the "
        "keys failures_to_enrol and ..._fte count pictures, so FTA.",
    )
    return table((), rows) + about


def accuracy(figures: Figures) -> str:
    """FNMR at observed false-match rates."""
    rows = []
    for rate in RATES:
        for name, values, around, missed in (
            (INCLUDED, figures.fnmr_incl_fte, figures.fnmr_incl_fte_95, figures.fnmr_incl_fte_counts),
            (EXCLUDED, figures.fnmr_excl_fte, figures.fnmr_excl_fte_95, figures.fnmr_excl_fte_counts),
        ):
            threshold = figures.thresholds[rate]
            rows.append(
                (
                    f"FNMR @ FMR {rate}, {name}",
                    percent(values[rate]),
                    interval(around[rate]),
                    of(missed[rate]),
                    NOTHING if threshold is None else f"{threshold:.4f}",
                )
            )
    head = ("", "错误率 rate", "95 %", "漏识 missed / 对 pairs", "阈值 threshold")
    return table(head, rows)


def promises(figures: Figures) -> str:
    """What is seen at the thresholds that the policy gives for each promised false-match rate."""
    rows = []
    for rate in RATES:
        seen = figures.observed_fmr_at_promised_counts[rate]
        observed = NOTHING if seen is None else _small(seen.errors / seen.pairs)
        rows.append(
            (
                f"FMR {rate}",
                f"{figures.promised_thresholds[rate]:.4f}",
                of(seen),
                NOTHING if seen is None else _few(float(rate) * seen.pairs),
                observed,
                small(figures.observed_fmr_at_promised_95[rate]),
                percent(figures.fnmr_at_promised_incl_fte[rate]),
                interval(figures.fnmr_at_promised_incl_fte_95[rate]),
            )
        )
    head = (
        "承诺 promised",
        "阈值 threshold",
        "误配 matched / 对 pairs",
        "预期 expected",
        "FMR",
        "95 %",
        "FNMR incl. FTA",
        "95 %",
    )
    about = note(
        "预期：恰好守约时的误配数。误配不足 30 时，区间不窄于精确二项区间（Clopper-Pearson）。"
        "FNMR 在策略阈值处，不需要异眼对。",
        "Expected: matches if the promise were just kept. Below 30 matches the interval is never narrower than the "
        "exact one (Clopper-Pearson). FNMR at the policy's threshold needs no impostor pair.",
    )
    return table(head, rows, kind="m") + about


def visits(visit: VisitFigures) -> str:
    """How whole visits ended."""
    frames = ", ".join(f"{count} × {kind}" for kind, count in sorted(visit.visits_by_frames.items()))
    asked = visit.visits + len(visit.not_enrolled)
    rows = [
        (
            "未识别 false non-matches",
            f"{visit.false_non_matches} / {visit.visits}",
            _known(visit.false_non_match_rate),
            interval(visit.false_non_match_rate_95),
        ),
        (
            "加未能登记的眼睛 with eyes not enrolled",
            f"{visit.false_non_matches_incl_not_enrolled} / {asked}",
            _known(visit.false_non_match_rate_incl_not_enrolled),
            interval(visit.false_non_match_rate_incl_not_enrolled_95),
        ),
        (
            "认成别人 taken for somebody else",
            f"{visit.false_matches} / {visit.visits}",
            "",
            interval(visit.false_match_rate_95),
        ),
        (
            "陌生人被接受 strangers accepted",
            f"{visit.stranger_false_matches} / {visit.stranger_visits}",
            "",
            interval(visit.stranger_false_match_rate_95),
        ),
    ]
    about = note(
        "按文件名顺序：每只眼睛的前两三张合成登记模板，之后同样多张作为一次访问，与柜机一样判定："
        "逐张与全部登记比较，三张再合成一个编码。同一人的两眼登记在一个名下；陌生人在没有本人的库中比较。精确二项区间。",
        "Pictures in the order of their file names: the first two or three of an eye are fused to its enrolment, the "
        "next as many are its visit, judged as a cabinet does: one by one against all enrolments, and three of them "
        "fused once more. Both eyes of a person are enrolled under one name; a stranger meets the gallery without that "
        "person. Exact binomial bounds. A site that allows more looks is stricter: iris policy --looks.",
    )
    terms = [
        ("承诺误识率 promised false-match rate", f"{visit.false_match_rate:g}"),
        ("登记 enrolments", f"{visit.gallery:,}"),
        ("登记+访问的图像 pictures of enrolment + visit", frames or NOTHING),
        ("一次注视的编码 codes of a look", f"≤ {visit.frames_allowed}"),
        ("单张阈值 threshold for one frame", NOTHING if visit.threshold is None else f"{visit.threshold:.4f}"),
        ("图像太少的眼睛 eyes with too few pictures", f"{visit.eyes_with_too_few_pictures:,}"),
    ]
    lists = [(eye.eye, "未识别 missed", eye.why) for eye in visit.missed]
    lists += [(eye.eye, "未登记 not enrolled", eye.why) for eye in visit.not_enrolled]
    head = ("", "访问 visits", "错误率 rate", "95 %")
    return about + table(head, rows) + table((), terms) + listed(("眼睛 eye", "", "原因 why"), lists)


def failing(figures: Figures) -> str:
    """The eyes of which most pairs are missed."""
    at = figures.quality.at_fmr_1e3.threshold
    about = note(f"距离阈值 {at:.4f} 处漏识的同眼对。", f"Genuine pairs missed at distance {at:.4f}.")
    rows = [(e.eye, f"{e.missed} / {e.pairs}", str(e.by_refusal), str(e.by_distance)) for e in figures.failing_eyes]
    head = ("眼睛 eye", "漏识 missed / 对 pairs", "因采集失败 by refusal", "因距离 by distance")
    return about + (listed(head, rows) or NONE)


def labels(figures: Figures) -> str:
    """What may carry a wrong label."""
    found = figures.suspected_label_errors
    about = note(
        f"不同标签间近于 {found.threshold:.4f} 的对（陌生人百万次不到一次；"
        f"共 {found.near_pairs:,} 对，偶然至多约 {found.expected_by_chance:.2g} 对），"
        "以及与自己标签不符却与别的标签相符的图像。两个标签的多数图像相近：同一只眼睛有两个标签；否则只是个别图像放错。",
        f"Pairs across labels nearer than {found.threshold:.4f}, where fewer than one in a million strangers should "
        f"come ({found.near_pairs:,} found, at most {found.expected_by_chance:.2g} by chance), and pictures that fit "
        "nothing of their own eye but another. Where most pictures of two labels are near, one eye has both; "
        "else single pictures are misplaced.",
    )
    strays = [(s.picture, s.eye, s.fits, f"{s.distance:.3f}") for s in found.pictures]
    eyes = [
        (e.first_eye, e.second_eye, f"{e.near_pairs} / {e.pairs}", f"{e.nearest:.3f}", ONE if e.one_eye else SINGLE)
        for e in found.eyes
    ]
    near = [(p.first, p.second, f"{p.distance:.3f}") for p in found.pairs]
    if not near:
        return about + NONE
    return (
        about
        + listed(("眼睛 eye", "另一标签 other label", "相近 near / 对 pairs", "最近 nearest", "看来 seems"), eyes)
        + listed(("图像 picture", "标签 labelled", "符合 fits", "距离 distance"), strays)
        + listed(("图像 picture", "另一眼图像 picture of another eye", "距离 distance"), near)
    )


def refusals(figures: Figures) -> str:
    """Pictures without a template, by reason and by name."""
    ranked = sorted(figures.refusals.items(), key=lambda row: (-row[1], row[0]))
    rows = [(reason, _words(reason), f"{count:,}") for reason, count in ranked]
    named = [(refused.picture, refused.reason) for refused in figures.refused_pictures]
    if not rows:
        return NONE
    return table(("原因 reason", "说明 meaning", "图像 pictures"), rows, kind="w") + listed(
        ("图像 picture", "原因 reason"), named
    )


def _words(reason: str) -> str:
    """What a refusal means to whoever owns the pictures; what the resident is told where nothing else is known."""
    if reason in MEANINGS:
        return MEANINGS[reason]
    return next((f"{each.text_zh} {each.text_en}" for each in REFUSALS if each.reason == reason), "")


def _rate(value: float, around: str) -> str:
    return f"{value:.2%} ({around})"


def _few(pairs: float) -> str:
    return f"{pairs:,.0f}" if pairs >= 100 else f"{pairs:.2g}"  # noqa: PLR2004 - whole pairs where they are many


def _small(value: float) -> str:
    return "0" if value == 0 else f"{value:.1e}"


def _known(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3%}"
