"""From the body of a form post to an `Act`, strictly: whatever does not fit is refused before anybody acts on it."""

from __future__ import annotations

from types import MappingProxyType
from urllib.parse import parse_qsl

from starlette.requests import Request

from locker.kiosk.screen import Act, Screen

FORM_TYPE = "application/x-www-form-urlencoded"
LARGEST_FORM = 8 * 1024
"""Bytes; the longest honest form, a waybill and its fields, is far below."""

MOST_FIELDS = 16


class BadForm(ValueError):
    """A form that no page of ours sends. Nothing was done."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form post.

    Raises:
        BadForm: another content type, too large, not UTF-8, too many fields, or a field twice.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM_TYPE:
        raise BadForm(f"send {FORM_TYPE}", 415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            raise BadForm(f"the form is larger than {LARGEST_FORM} bytes", 413)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise BadForm(f"the form cannot be read: {error}") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise BadForm("a field comes twice")
    return fields


def act_of(fields: dict[str, str], screen: Screen) -> Act:
    """The act that a form states, with the entries of the present screen.

    Raises:
        BadForm: `rev` is no number, `action` is missing, or an entry is longer than the screen allows.
    """
    rev, action = fields.get("rev", ""), fields.get("action", "")
    if not (rev.isascii() and rev.isdigit()):
        raise BadForm("the field 'rev' must be the number of the screen")
    if not action:
        raise BadForm("the field 'action' is missing")
    entries = {entry.name: fields[entry.name] for entry in screen.entries if entry.name in fields}
    for entry in screen.entries:
        if len(entries.get(entry.name, "").strip()) > entry.longest:
            raise BadForm(f"the field {entry.name!r} is longer than {entry.longest} characters")
    return Act(int(rev), action, fields.get("value", ""), MappingProxyType(entries))
