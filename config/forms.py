"""How names and codes in a site file are written: as patterns, and in words for whoever wrote one wrongly."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

NAME: Final = r"^[a-z0-9][a-z0-9-]{0,62}$"
FAMILY: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"
COLUMN: Final = r"^[A-Z]{1,2}$"
STATUS_CODE: Final = r"^[0-9A-F]{2}$"
LOCK_ELSEWHERE: Final = r"^([a-z0-9][a-z0-9-]{0,62}:)?[0-9]{1,3}:[0-9]{1,2}$"

FORMS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        NAME: ("小写字母、数字和连字符，如 left-1", "lower-case letters, digits and hyphens, such as left-1"),
        FAMILY: ("板型名，如 kerong-cu24", "a family of boards, such as kerong-cu24"),
        COLUMN: ("一两个大写字母，如 A", "one or two capital letters, such as A"),
        STATUS_CODE: ("两位十六进制，如 02", "two hexadecimal digits, such as 02"),
        LOCK_ELSEWHERE: (
            '通道号，或 "板:通道"、"线:板:通道"',
            'a channel\'s number, or "BOARD:CHANNEL" or "LINE:BOARD:CHANNEL"',
        ),
    }
)
"""Chinese and English; what is written otherwise should have been this."""
