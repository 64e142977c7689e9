"""What is wrong with a value that somebody wrote, in a person's words: Chinese and English instead of the validator's.

One line for one mistake: what a value is not in each of several permitted forms is one, and so is what follows from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError

from config.forms import FORMS

OURS: Final = "Value error, "
"""What pydantic puts before the words of our own checks."""
WORDS: Final = MappingProxyType(
    {
        "missing": ("缺少，请补上", "missing; add it", ""),
        "extra_forbidden": ("未知的键", "unknown key", ""),
        "greater_than_equal": ("不能小于 {limit}", "must be at least {limit}", "ge"),
        "greater_than": ("须大于 {limit}", "must be more than {limit}", "gt"),
        "less_than_equal": ("不能大于 {limit}", "must be at most {limit}", "le"),
        "less_than": ("须小于 {limit}", "must be less than {limit}", "lt"),
        "too_short": ("至少要 {limit} 项", "needs at least {limit}", "min_length"),
        "too_long": ("最多 {limit} 项", "takes at most {limit}", "max_length"),
        "string_too_short": ("至少要 {limit} 个字", "needs at least {limit} characters", "min_length"),
        "string_too_long": ("最多 {limit} 个字", "takes at most {limit} characters", "max_length"),
        "json_invalid": ("不是 JSON", "is no JSON", ""),
    }
)
"""By pydantic's names of errors: the words, and which of its figures is the limit that was missed."""
KINDS: Final = (
    (("int_",), "须为整数", "must be a whole number"),
    (("float_", "finite_", "decimal_"), "须为数字", "must be a number"),
    (("bool_",), "须为 true 或 false", "must be true or false"),
    (("string_type", "string_sub_type"), "须为文字", "must be text"),
    (("tuple_", "list_", "set_"), "须为列表", "must be a list"),
    (("dict_", "model_"), "须为一组键值", "must be a table of keys and values"),
)
"""By how such names begin: a value of another kind than is wanted."""


FORM_NAMES: Final = re.compile(r"(constrained-)?(int|str|float|bool)$|function-|tuple\[|list\[|none$")
"""What pydantic adds to a place where a value may have several forms."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One mistake: where, and the words for it, in which `{limit}` stands for the limit that was missed."""

    kind: str
    where: tuple[int | str, ...]
    zh: str
    en: str
    limit: float | None = None

    @property
    def place(self) -> str:
        """The key as a path with dots; empty for the whole."""
        return ".".join(map(str, self.where))

    @property
    def words(self) -> str:
        """Both languages, the limit put in."""
        said = f"{self.zh} {self.en}" if self.zh else self.en
        return said if self.limit is None else said.replace("{limit}", f"{self.limit:g}")


def mistakes(error: ValidationError) -> list[Wrong]:
    """What a person did wrong, one for each place, in the order in which it was found."""
    found: dict[tuple[int | str, ...], list[Any]] = {}
    for fault in error.errors(include_url=False):
        found.setdefault(_place(fault), []).append(fault)
    wrong = [_wrong(place, _nearest(faults)) for place, faults in found.items()]
    return [each for each in wrong if not _follows(each, found)]


def _place(fault: Any) -> tuple[int | str, ...]:  # noqa: ANN401 - pydantic's ErrorDetails, a plain dict
    """Where the value stands, without the names of the permitted forms that pydantic adds."""
    location: tuple[int | str, ...] = fault["loc"]
    if fault["type"] == "extra_forbidden":  # it ends in what somebody wrote, which may look like the name of a form
        return location
    while len(location) > 1 and isinstance(location[-1], str) and FORM_NAMES.match(location[-1]):
        location = location[:-1]
    return location


def _nearest(faults: Iterable[Any]) -> Any:  # noqa: ANN401 - pydantic's ErrorDetails, a plain dict
    """Of what a value is not in each of its permitted forms, what it is not in the form that it was meant in."""
    all_of_them = list(faults)
    return next((fault for fault in all_of_them if _kind_words(fault["type"]) is None), all_of_them[0])


def _follows(wrong: Wrong, found: Iterable[tuple[int | str, ...]]) -> bool:
    """Whether a list is only too short because something in it is wrong."""
    inside = any(len(place) > len(wrong.where) and place[: len(wrong.where)] == wrong.where for place in found)
    return wrong.kind == "too_short" and inside


def _wrong(where: tuple[int | str, ...], fault: Any) -> Wrong:  # noqa: ANN401 - pydantic's ErrorDetails, a plain dict
    kind, context = fault["type"], fault.get("ctx", {})
    if kind in WORDS:
        zh, en, limit = WORDS[kind]
        return Wrong(kind, where, zh, en, context.get(limit))
    if kind in ("literal_error", "enum"):
        choices = str(context["expected"]).replace(" or ", ", ").replace("'", "")
        return Wrong(kind, where, "须为其一", f"must be one of {choices}")
    if kind == "string_pattern_mismatch" and context["pattern"] in FORMS:
        zh, en = FORMS[context["pattern"]]
        return Wrong(kind, where, f"须为{zh}", f"must be {en}")
    zh, en = _kind_words(kind) or ("", fault["msg"].removeprefix(OURS))
    return Wrong(kind, where, zh, en)


def _kind_words(kind: str) -> tuple[str, str] | None:
    """The words for a value of another kind than is wanted; None where the error is another one."""
    return next(((zh, en) for begins, zh, en in KINDS if kind.startswith(begins)), None)
