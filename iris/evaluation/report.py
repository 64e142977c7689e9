"""The evaluation as one HTML page without scripts or outside resources, Chinese first, then English."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from iris.evaluation import tables
from iris.evaluation.charts import det, histogram, promises
from iris.evaluation.figures import Figures
from iris.evaluation.markup import STYLE, heading, hint, note
from iris.evaluation.quality_section import confidence_section, quality_section
from iris.evaluation.scores import Scores
from iris.evaluation.statistics import LEAST_BEHIND, RATES, Distribution, curve, distribution


@dataclass(frozen=True, slots=True)
class About:
    """What was evaluated and how, for the head of the page.

    Attributes:
        data: name of the data set.
        layout: how it names its pictures, with the subjects where not all were taken.
        made: day and time.
        command: the words that make this page again.
        jobs: processes.
    """

    data: str
    layout: str
    made: str
    command: str
    jobs: int

    @property
    def title(self) -> str:
        """The page's title."""
        return f"虹膜评测 Iris evaluation: {self.data} ({self.layout})"


def html(about: About, figures: Figures, scores: Scores) -> str:
    """The whole page."""
    spread = distribution(scores.pairs)
    parts = [
        "<!doctype html><html lang=zh><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>{escape(about.title)}</title><style>{STYLE}</style><h1>{escape(about.title)}</h1>",
        _head(about, figures),
        tables.counts(figures),
        _suspicion(figures),
        _missing(figures, spread),
        heading("单张对单张的准确度", "Accuracy of one picture against one"),
        tables.accuracy(figures),
        heading("承诺的与实测的误配率", "Promised and observed false-match rate"),
        tables.promises(figures),
        _promise_chart(figures),
        heading("访问", "Visits"),
        tables.visits(figures.visit),
        heading("DET 曲线", "DET curve"),
        _det(figures, spread),
        heading("距离", "Distances"),
        _distances(figures, spread),
        heading("质量与错误", "Quality and error"),
        quality_section(figures.quality, scores),
        heading("分割的置信度", "Confidence of the segmentation"),
        confidence_section(figures.confidence),
        heading("最常失败的眼睛", "Eyes that fail most"),
        tables.failing(figures),
        heading("疑似标签错误", "Suspected label errors"),
        tables.labels(figures),
        heading("采集失败", "Refused pictures"),
        tables.refusals(figures),
    ]
    return "\n".join(parts) + "</html>\n"


def _head(about: About, figures: Figures) -> str:
    made = f"iris-locker {figures.product}, encoder {figures.encoder}, {about.made}, --jobs {about.jobs}"
    return f"<p class=n>{escape(made)}<br><code>{escape(about.command)}</code></p>" + note(
        "错误率以百分数表示，95 % 区间由整眼重抽样得出。",
        "Rates in percent; 95 % intervals from resampling eyes, exact ones where that says nothing.",
    )


def _suspicion(figures: Figures) -> str:
    """A word beside the EER where labels may be wrong: such pairs count as errors of the recogniser."""
    found = figures.suspected_label_errors
    near = found.near_pairs
    if not found.beyond_chance:
        return ""
    chance = f"{found.expected_by_chance:.2g}"
    return hint(
        f"有 {near:,} 对异眼图像近得像同一只眼睛（偶然至多约 {chance} 对）："
        "若标签有误，EER 与误配率偏高；见下方“疑似标签错误”。",
        f"{near:,} pairs across labels are as near as one eye's ({chance} by chance): if labels are wrong, EER and "
        "false-match rates are too high. See suspected label errors below.",
    )


def _missing(figures: Figures, spread: Distribution) -> str:
    """What the set is too small to show, and what it would take."""
    genuine, impostor = spread.genuine.size, spread.impostor.size
    said = []
    if not genuine:
        said.append(
            note(
                "没有可比较的同眼对：每只眼睛至少需要两张可用图像，否则没有 FNMR 与 EER。",
                "No genuine pair could be compared: an eye needs two usable pictures, or there is no FNMR and no EER.",
            )
        )
    if not impostor:
        said.append(
            note(
                "没有可比较的异眼对：至少需要两只眼睛的可用图像，否则没有误配率、EER 与 DET 曲线。",
                "No impostor pair could be compared: it takes usable pictures of two eyes, or there is no false-match "
                "rate, no EER and no DET curve.",
            )
        )
    lacking = {rate: round(LEAST_BEHIND / float(rate)) for rate in RATES if figures.thresholds[rate] is None}
    if impostor and lacking:
        needed = "；".join(f"FMR {rate}: {pairs:,}" for rate, pairs in lacking.items())
        said.append(
            note(
                f"异眼对：{impostor:,}；三十法则要求 {needed}。",
                f"Impostor pairs: {impostor:,}; the rule of 30 asks for more ({needed.replace('；', ', ')}).",
            )
        )
    return heading("这批图像说明不了的", "What this set cannot show") + "".join(said) if said else ""


def _promise_chart(figures: Figures) -> str:
    if figures.promise_curve is None or figures.promise_curve.pairs < LEAST_BEHIND:
        return ""
    about = note(
        "曲线在对角线以下即守约；虚线为承诺的三倍。浅色带为 95 % 区间；实测为零处只画区间上界。",
        "The policy keeps its promise where the curve runs below the diagonal; dashed: three times the promise. Pale: "
        "the 95 % interval, with its upper end alone where no pair matched.",
    )
    return about + f"<figure>{promises(figures.promise_curve)}</figure>"


def _det(figures: Figures, spread: Distribution) -> str:
    impostors = spread.impostor.size
    if figures.det is None:
        genuine = spread.genuine.size
        return note(
            f"样本不足，无法绘制：可比较的异眼对 {impostors:,} 个，同眼对 {genuine:,} 个。",
            f"Too few pairs to draw it: {impostors:,} impostor and {genuine:,} genuine pairs were compared.",
        )
    ruled = f"{LEAST_BEHIND / impostors:.1e}"
    about = note(
        "竖虚线为三十法则：要以 90 % 的把握使真值落在实测值 ±30 % 之内，至少需要 30 个错误；"
        f"其左侧（FMR 低于 {ruled}）曲线画成虚线，仅供参考。浅色带为 95 % 区间。",
        "The dotted upright line is the rule of 30: an error rate lies within 30 % of the truth with 90 % confidence "
        f"only when 30 errors stand behind it. Left of it (FMR below {ruled}) the curve is dashed and only a hint. The "
        "pale band is the 95 % interval.",
    )
    return about + f"<figure>{det(curve(spread), impostors, figures.det)}</figure>"


def _distances(figures: Figures, spread: Distribution) -> str:
    if spread.genuine.size + spread.impostor.size < LEAST_BEHIND:
        genuine, impostor = (", ".join(f"{d:.3f}" for d in each) or "–" for each in (spread.genuine, spread.impostor))
        return note(
            f"对数太少，不画直方图。同眼：{genuine}；异眼：{impostor}。",
            f"Too few pairs for a histogram. Genuine: {genuine}; impostor: {impostor}.",
        )
    about = note(
        "竖虚线：策略对各承诺误配率的阈值。",
        "Dashed upright lines: the policy's threshold for each promised false-match rate.",
    )
    return about + f"<figure>{histogram(spread, figures.promised_thresholds)}</figure>"
