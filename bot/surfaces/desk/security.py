"""Who may ask the desk what: host names, log-in, cross-site posts, headers, and errors as sentences.

The order of the middlewares is the order of ``middlewares()``: errors of all later ones become pages.
"""

from __future__ import annotations

import hmac
import ipaddress
import socket

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.operations.registry import Requester
from bot.reply import for_error
from bot.surfaces.desk.context import DeskContext, HttpProblem, context, render
from bot.surfaces.desk.login import cookie_valid, token_given
from services.errors import OperatorError, Refused, Unavailable

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
WILDCARDS = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - compared with, not bound to
OPEN_PATHS = ("/login", "/static/")  # what a person sees before logging in
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
REQUESTER: web.RequestKey[Requester] = web.RequestKey("desk_requester", Requester)


def middlewares() -> list[Middleware]:
    return [errors_as_sentences, known_host, logged_in, no_cross_site]


def is_loopback(host: str) -> bool:
    if host.lower() in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_allowed(header: str, *, host: str, port: int) -> bool:
    """Whether a Host header names this desk: a guard against pages that rebind their own name to it.

    Bound to every address, any literal address is fine too (rebinding needs a name), and this machine's
    own name.
    """
    name, given = _split_host(header)
    if given != port:
        return False
    if name in LOOPBACK_NAMES or name == host.lower():
        return True
    if host not in WILDCARDS:
        return False
    machine = socket.gethostname().lower()
    return _is_address(name) or name in (machine, f"{machine.partition('.')[0]}.local")


def _split_host(header: str) -> tuple[str, int | None]:
    """("name", port) of a Host header; port 80 when it has none, None when it is no number."""
    text = header.strip().lower()
    if text.startswith("["):
        name, _, rest = text[1:].partition("]")
        rest = rest.removeprefix(":")
    else:
        name, _, rest = text.partition(":")
    if not rest:
        return name, 80
    return name, int(rest) if rest.isascii() and rest.isdigit() and len(rest) < 6 else None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def wants_page(request: web.Request) -> bool:
    """A person's browser asks for a page; everything else gets JSON."""
    if request.path.startswith(("/api/", "/events", "/media/", "/charts/")):
        return False
    return "text/html" in request.headers.get("Accept", "")


@web.middleware
async def errors_as_sentences(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The border to people: whatever goes wrong becomes a sentence with a remedy, never a traceback."""
    try:
        return await handler(request)
    except web.HTTPException as answer:
        if answer.status < 400:
            raise
        return _problem_answer(request, answer.status, _of_http(answer), dict(_allow(answer)))
    except ConnectionResetError:  # who asked went away: there is nobody to tell, and nothing went wrong
        return web.Response()
    except Exception as error:
        headers = {}
        if isinstance(error, HttpProblem) and error.retry_after:
            headers["Retry-After"] = str(error.retry_after)
        return _problem_answer(request, _status(error), error, headers)


def _allow(answer: web.HTTPException) -> list[tuple[str, str]]:
    return [("Allow", answer.headers["Allow"])] if "Allow" in answer.headers else []


def _of_http(answer: web.HTTPException) -> OperatorError:
    match answer.status:
        case 404:
            return Refused("There is no such page.", remedy="The menu leads to all there are.")
        case 405:
            return Refused("This address does not take that kind of request.")
        case 413:
            return Refused("That was too much at once.", remedy="Send less than 256 KB.")
        case _:
            return Refused(f"The request could not be answered ({answer.status}).")


def _status(error: Exception) -> int:
    if isinstance(error, HttpProblem):
        return error.status
    if isinstance(error, Refused):
        return 400
    return 503 if isinstance(error, Unavailable) else 500


def _problem_answer(
    request: web.Request, status: int, error: BaseException, headers: dict[str, str]
) -> web.Response:
    reply = for_error(error)
    if wants_page(request):
        # Whoever was not let in sees no menu, and no key for state changes.
        template = "error.html" if REQUESTER in request and request.path != "/login" else "plain.html"
        response = render(request, template, code=status, message=reply.text, remedy=reply.remedy)
    else:
        body = {"error": reply.text, "remedy": reply.remedy}
        response = web.json_response(body, status=status)
    response.headers.update(headers)
    return response


@web.middleware
async def known_host(request: web.Request, handler: Handler) -> web.StreamResponse:
    desk = context(request)
    if not host_allowed(request.headers.get("Host", ""), host=desk.host, port=desk.port):
        raise HttpProblem(
            421,
            "The desk does not answer under this name.",
            remedy=f"Open it under its own address, or set DESK_HOST to the name you use (port {desk.port}).",
        )
    return await handler(request)


@web.middleware
async def logged_in(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let in the command line by its token, everyone on an unlocked desk, and whoever logged in."""
    desk = context(request)
    bearer = _bearer(request)
    if bearer is not None:
        request[REQUESTER] = _by_bearer(request, desk, bearer)
    elif desk.token is None or cookie_valid(request, desk.token) or request.path.startswith(OPEN_PATHS):
        request[REQUESTER] = Requester("desk")
    elif wants_page(request):
        raise web.HTTPSeeOther("/login")
    else:
        raise HttpProblem(401, "The desk needs you to log in.", remedy="Open its page and enter DESK_TOKEN.")
    return await handler(request)


def _bearer(request: web.Request) -> str | None:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None


def _by_bearer(request: web.Request, desk: DeskContext, value: str) -> Requester:
    if hmac.compare_digest(value.encode("utf-8", "surrogateescape"), desk.cli_token.encode()):
        return Requester("console")
    if desk.token is not None and token_given(request, desk.token, value):
        return Requester("desk")
    raise HttpProblem(
        401, "That token is not the desk's.", remedy="Restart the command: the operator may have changed it."
    )


@web.middleware
async def no_cross_site(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what another site's page sends: reading by script or tag, and every change of state."""
    site = request.headers.get("Sec-Fetch-Site", "")
    if request.method in ("GET", "HEAD"):
        navigates = request.headers.get("Sec-Fetch-Mode", "") == "navigate"
        if site == "cross-site" and not navigates:
            raise _cross_site()
        return await handler(request)
    if site not in ("", "same-origin", "none"):
        raise _cross_site()
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.headers.get('Host', '')}":
        raise _cross_site()
    if _bearer(request) is None and request.path != "/login":
        given = request.headers.get("X-CSRF", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, context(request).csrf.encode()):
            raise HttpProblem(
                403,
                "This page is from before the operator was restarted.",
                remedy="Reload it and try again; nothing was changed.",
            )
    return await handler(request)


def _cross_site() -> HttpProblem:
    return HttpProblem(403, "Another site sent this request.", remedy="Use the desk's own page.")


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Signal handler: the security headers, on every answer."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("Cache-Control", "no-store")
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    # "no-referrer" would make browsers send "Origin: null" with the log-in form.
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()"
    headers.popall("Server", None)
