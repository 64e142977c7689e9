"""The mutants that no test needs to see, read from the page that gives the reasons."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PAGE = Path("docs") / "decisions" / "iris-mutants.md"


@dataclass(frozen=True, slots=True)
class Mutant:
    """Lines of a function changed to others.

    Attributes:
        function: dotted, with its module.
        before, after: lines as they stand in the code, without indentation; `after` is empty where they were removed.
    """

    function: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([f"@@ {self.function}", *(f"- {line}" for line in self.before), *_added(self.after)])

    @property
    def module(self) -> Path:
        """The file in which the function stands."""
        package, name, *_ = self.function.split(".")
        return Path(package) / f"{name}.py"


def _added(lines: tuple[str, ...]) -> list[str]:
    return [f"+ {line}" for line in lines]


def explained(page: str) -> list[Mutant]:
    """Every mutant in the fenced `diff` blocks: `@@ function`, then lines as in any diff, a mutant for each change."""
    found: list[Mutant] = []
    function, before, after = "", [], []
    inside = False

    def close() -> None:
        nonlocal before, after
        if before:
            found.append(Mutant(function, tuple(before), tuple(after)))
        before, after = [], []

    for line in page.splitlines():
        sign, text = line[:2], line[2:].strip()
        if line.startswith("```") or not inside or sign == "@@":
            close()
            inside = line == "```diff" or (inside and sign == "@@")
            function = text if sign == "@@" else function
        elif sign == "- ":
            if after:
                close()
            before.append(text)
        elif sign == "+ ":
            after.append(text)
    close()
    return found
