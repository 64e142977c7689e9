"""What stands before every page: which host names are ours, who may post, and what browsers may do with the answer."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": under it browsers send "Origin: null" with form posts, and the origin check needs the real one.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
SAFE_METHODS = frozenset({"GET", "HEAD"})


class Guard:
    """Refuses foreign hosts (DNS rebinding) and foreign origins (forged posts), and adds the protective headers."""

    def __init__(self, app: ASGIApp, allowed_hosts: frozenset[str]) -> None:
        """Guard `app`; `allowed_hosts` are the names, without ports, by which the page may be reached."""
        self._app = app
        self._allowed = allowed_hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        headers = Headers(scope=scope)
        if _name_of(headers.get("host", "")) not in self._allowed:
            refusal = PlainTextResponse("this host name is not served here\n", 400)
            await refusal(scope, receive, send_protected)
        elif scope["method"] not in SAFE_METHODS and not _same_origin(headers):
            refusal = PlainTextResponse("posts come from this site's own pages only\n", 403)
            await refusal(scope, receive, send_protected)
        else:
            await self._app(scope, receive, send_protected)


def _name_of(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _same_origin(headers: Headers) -> bool:
    """Whether browsers say that the request comes from this very page; other programs send neither header."""
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin, host = headers.get("origin"), headers.get("host")
    return origin is None or origin in {f"http://{host}", f"https://{host}"}
