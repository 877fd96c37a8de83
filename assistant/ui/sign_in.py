"""The page that asks for name and password, in place of Gradio's own: in the words and the looks of the others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

from assistant.ui.look import Look
from assistant.ui.markup import Markup, join, of_class, tag
from assistant.ui.picture import color_css

STATIC = Path(__file__).parent / "static"
Scope = MutableMapping[str, Any]
Part = Callable[..., Awaitable[Any]]


class SignIn:
    """An ASGI layer: whoever asks for a page and has not signed in gets the page that asks for name and password.

    What a form sends is checked by Gradio's own `/login`, which also keeps who has signed in.
    """

    def __init__(self, app: Part, look: Look, paths: frozenset[str]):
        self._app, self._paths = app, paths
        self._page = sign_in_page(look).encode()

    async def __call__(self, scope: Scope, receive: Part, send: Part) -> None:
        """Answer with the page, or let the request through."""
        if not self._asks(scope):
            await self._app(scope, receive, send)
            return
        headers = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else self._page})

    def _asks(self, scope: Scope) -> bool:
        is_page = scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and scope["path"] in self._paths
        return is_page and not _has_signed_in(scope)


def _has_signed_in(scope: Scope) -> bool:
    """Whether a request carries a token of Gradio's, by the two names that it gives its cookies."""
    app, cookies = scope["app"], SimpleCookie()
    cookies.load(b"; ".join(value for name, value in scope["headers"] if name == b"cookie").decode("latin-1"))
    names = (f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}")
    return any(name in cookies and cookies[name].value in app.tokens for name in names)


def sign_in_page(look: Look) -> Markup:
    """The whole page as HTML: a form, what to do without an account, nothing that is loaded from elsewhere."""
    head = [
        tag("meta", "", {"charset": "utf-8"}),
        tag("meta", "", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        tag("title", f"{look.say('sign_in.heading')} · {look.say('title')}"),
        tag("style", Markup(color_css() + _static("charts.css") + _static("door.css"))),
    ]
    body = [
        of_class("main", "tw-door", join([_brand(look), _form(look)])),
        tag("script", Markup(_static("door.js"))),
    ]
    page = tag("html", join([tag("head", join(head)), tag("body", join(body))]), {"lang": look.locale})
    return Markup(f"<!doctype html>{page}")


def _brand(look: Look) -> Markup:
    mark = tag("span", "", {"class": "tw-mark", "aria-hidden": "true"})
    return of_class("p", "tw-brand", join([mark, look.say("title")]))


def _form(look: Look) -> Markup:
    name = {"type": "text", "name": "username", "id": "name", "autocomplete": "username", "autofocus": True}
    word = {"type": "password", "name": "password", "id": "password", "autocomplete": "current-password"}
    kept = {"required": True, "aria-describedby": "told", "autocapitalize": "none", "spellcheck": "false"}
    parts = [
        tag("h1", look.say("sign_in.heading")),
        tag("p", "", {"id": "told", "role": "alert"}),
        tag("label", look.say("sign_in.name"), {"for": "name"}),
        tag("input", "", name | kept),
        tag("label", look.say("sign_in.password"), {"for": "password"}),
        tag("input", "", word | kept),
        tag("button", look.say("sign_in.heading"), {"type": "submit"}),
        tag("p", look.say("sign_in.help"), {"class": "tw-help"}),
    ]
    told = {"data-wrong": look.say("sign_in.wrong"), "data-failed": look.say("sign_in.failed")}
    return tag("form", join(parts), {"method": "post", "action": "login", **told})


def _static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")
