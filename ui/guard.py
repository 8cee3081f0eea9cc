"""What stands between the network and the pages: which addresses answer at all, how large a request may be,
and the headers every response carries. Plain ASGI, because Gradio streams its answers.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_LIMIT = 64 * 1024  # bytes; the largest honest request is a reply that an agent wrote, or a judgement with its note
BODY_LIMITS = {"/review/import": 20 * 1024 * 1024}
"""Addresses that take files: bytes. Such a body is only counted here, and read once it is known who sends it."""

# Gradio brings upload, file, proxy, info and monitoring addresses that this shop has no use for, and some of
# them fetch or serve what the client names. Only what its page really asks for is let through.
_GRADIO_FILES = ("/assets/", "/static/", "/gradio_api/heartbeat/")
_GRADIO_CALLS = frozenset(
    {
        "/",
        "/config",
        "/theme.css",
        "/favicon.ico",
        "/robots.txt",
        "/manifest.json",
        "/policies",
        "/gradio_api/startup-events",
        "/gradio_api/run/predict",
        "/gradio_api/queue/join",
        "/gradio_api/queue/data",
        "/gradio_api/cancel",
        "/gradio_api/reset",
    }
)
_OURS = ("/api/", "/pictures/", "/healthz", "/desk/")
_DESKS = ("/signin", "/signout", "/agent", "/review")
"""These and what lies below them."""

# Gradio's front end evaluates its own templates, so scripts cannot be narrowed further; what matters is that
# nothing is fetched from, sent to or framed by anyone else. Product pictures may live on the shop's own host.
CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' http: https: data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
_HEADERS = {
    b"content-security-policy": CONTENT_POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"strict-origin-when-cross-origin",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
    b"cross-origin-opener-policy": b"same-origin",
}


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                extra = [(name, value) for name, value in _HEADERS.items() if name not in present]
                message = {**message, "headers": [*message["headers"], *extra]}
            await send(message)

        if not _reachable(scope["path"]):
            await _refuse(404, "There is nothing at this address.")(scope, receive, send_with_headers)
            return
        counted = _counted(receive, BODY_LIMITS.get(scope["path"], BODY_LIMIT))
        if scope["path"] in BODY_LIMITS:
            await self.app(scope, counted, send_with_headers)
            return
        try:
            body = b"" if scope["method"] in ("GET", "HEAD") else await whole_body(counted)
        except HTTPException as error:
            await _refuse(error.status_code, error.detail)(scope, receive, send_with_headers)
            return
        await self.app(scope, replay(body, receive), send_with_headers)


def _reachable(path: str) -> bool:
    ours = path in _DESKS or path.startswith(tuple(f"{desk}/" for desk in _DESKS))
    return ours or path in _GRADIO_CALLS or path.startswith((*_GRADIO_FILES, *_OURS))


def _refuse(status: int, line: str) -> JSONResponse:
    return JSONResponse({"error": line}, status_code=status)


def _counted(receive: Receive, limit: int) -> Receive:
    """A receive that raises HTTPException 413 once the body grows past the limit; a declared length is not trusted."""
    size = 0

    async def counting() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise HTTPException(413, f"The request is too large: at most {limit // 1024:,} KB here.")
        return message

    return counting


async def whole_body(receive: Receive) -> bytes:
    """All parts of a request's body."""
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


def replay(body: bytes, receive: Receive) -> Receive:
    """A receive that hands the body on once and then listens for the disconnect as before."""
    handed = False

    async def replayed() -> Message:
        nonlocal handed
        if handed:
            return await receive()
        handed = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed
