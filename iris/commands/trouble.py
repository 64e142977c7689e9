"""What a user must mend, as one line and an exit code; and how a command ends that is stopped or no longer heard."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from iris.enrolment import EnrolmentRefused
from iris.evaluation.layouts import LayoutError
from iris.evaluation.picture_file import shown
from iris.match import Incomparable
from iris.refusals import Refusal
from iris.template import TemplateFormatError

TROUBLE, NO_MATCH = 2, 1
STOPPED = 130
"""Exit code of a command that the user stopped: 128 and the number of SIGINT, as shells have it."""

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - argparse names it so
"""What a command adds itself to."""


class Trouble(Exception):
    """What the user must mend."""


def guarded(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """Turns what the user can mend into one line on stderr and exit code 2, and Ctrl-C into one line and 130.

    Raises:
        BrokenPipeError: nobody reads the output any more (`| head`); nothing more is written to it, at the end neither.
    """

    def mended(arguments: argparse.Namespace) -> int:
        try:
            status = run(arguments)
            sys.stdout.flush()
        except KeyboardInterrupt as stopped:
            print(f"\niris-locker iris: 已中断 stopped{stopped}", file=sys.stderr)
            return STOPPED
        except BrokenPipeError:
            _let_output_go()
            raise
        except (Refusal, EnrolmentRefused) as refusal:
            print(f"iris-locker iris: {refusal.text_zh} {refusal}", file=sys.stderr)
            return TROUBLE
        except OSError as error:
            print(f"iris-locker iris: {_of_the_system(error)}", file=sys.stderr)
            return TROUBLE
        except (Incomparable, TemplateFormatError, LayoutError, Trouble) as error:
            print(f"iris-locker iris: {error}", file=sys.stderr)
            return TROUBLE
        return status

    return mended


def _of_the_system(error: OSError) -> str:
    """What the system said, with the file that it said it of."""
    known = {FileNotFoundError: "没有这个文件", IsADirectoryError: "这是文件夹", PermissionError: "没有权限"}
    words = f"{known.get(type(error), '')} {error.strerror or error}".strip()
    return words if error.filename is None else f"{shown(Path(os.fsdecode(error.filename)))}: {words}"


def _let_output_go() -> None:
    """Leads what is still to be flushed nowhere, or the interpreter would complain of it at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):  # what stands for the output has no descriptor of its own
        return
    finally:
        os.close(nowhere)
