"""How a page is made: headers that let nothing else run in it, words and dates in the reader's language, errors."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from markupsafe import Markup, escape
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map

from plugin.alignment.terms import say_duration
from plugin.doors.sides import Side
from plugin.i18n import LOCALES, phrases, say_date, say_time
from plugin.work.context import Work

MACHINES = ("/webhooks/", "/mail/", "/inbound/", "/health", "/metrics")
"""Paths whose callers are programs: they are answered in plain text."""

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'; frame-src 'self'"
)


def work() -> Work:
    """This process's means."""
    found: Work = current_app.extensions["work"]
    return found


def side() -> Side | None:
    """The one side this process serves; None where it serves both."""
    found: Side | None = getattr(current_app, "side", None)
    return found


def translate(text: str, /, **values: object) -> str:
    """The reader's `_`; import it as `_` so that phrases are found by the catalogue check."""
    return phrases(locale())(text, **values)


def locale() -> str:
    found: str = g.get("locale", "ja")
    return found


def zone() -> str:
    found: str = g.get("zone", "Asia/Tokyo")
    return found


def read_as(own: str | None, *, zone: str = "Asia/Tokyo") -> None:
    """Set the reader's language and zone: what they chose in this browser comes first, then `own`."""
    chosen = session.get("lang")
    g.locale = chosen if chosen in LOCALES else own if own in LOCALES else _preferred()
    g.zone = zone


def speak(language: str) -> None:
    """Set the reader's language whatever was chosen in this browser: a letter's pages speak the letter's."""
    g.locale = language


def read_in(zone: str) -> None:
    """Set the zone times are shown in."""
    g.zone = zone


def see_other(endpoint: str, **values: Any) -> Response:
    """After a POST: go and look (303), so that reloading repeats nothing."""
    return redirect(url_for(endpoint, **values), code=303)  # type: ignore[return-value]  # werkzeug's stub says its own Response; Flask makes ours


def say(text: str, kind: str = "good") -> None:
    """Tell the reader on the next page what came of their action: `good` or `bad`."""
    flash(text, kind)


def notice(title: str, text: str, status: int = 200, **values: Any) -> tuple[str, int]:
    """A page that says one thing."""
    return render_template("pages/notice.html", title=title, text=text, **values), status


def prepare(app: Flask, *, secure: bool) -> None:
    """Hang headers, words and error pages into the application."""

    @app.before_request
    def language() -> None:
        read_as(None)

    @app.context_processor
    def words() -> dict[str, object]:
        return {
            "_": translate,
            "locale": locale(),
            "other_locale": "en" if locale() == "ja" else "ja",
            "day": lambda value: say_date(value, locale()),
            "moment": lambda value: say_time(value, zone(), locale()),
            "now": work().clock.now(),
            "iso": _iso,
            "duration": lambda seconds: say_duration(seconds, locale()),
            "here": request.full_path.rstrip("?"),
            "public_side": side() == "public",
        }

    app.jinja_env.filters["code"] = _code

    @app.after_request
    def headers(response: Response) -> Response:
        # A mail shown in a frame of ours brings stricter ones of its own.
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex"
        if secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    @app.errorhandler(CSRFError)
    def forged(error: CSRFError) -> ResponseReturnValue:
        _ = translate
        return notice(
            _("This form could not be accepted"),
            _(
                "The page was open for too long, or the browser keeps no cookies. Nothing was changed. Open the page"
                " anew and press the button again."
            ),
            400,
        )

    @app.errorhandler(HTTPException)
    def failed(error: HTTPException) -> ResponseReturnValue:
        if request.path.startswith(MACHINES):
            return error
        title, text = _explained(error.code or 500)
        return notice(title, text, error.code or 500)

    @app.post("/language")
    def switch_language() -> ResponseReturnValue:
        """Choose the language of the pages in this browser; a colleague who is signed in keeps it for mails, too."""
        from plugin.doors.visitors import remember_language

        chosen = request.form.get("lang", "")
        if chosen in LOCALES:
            session["lang"] = chosen
            remember_language(chosen)
        return redirect(own_path(request.form.get("next", "")), code=303)


LARGEST_ID = 2**63 - 1


class Id(IntegerConverter):
    """A number in an address that a row may have; any other is no page of ours."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=LARGEST_ID)


def number(name: str) -> int:
    """A number of the form; 0, which no row has, for anything else."""
    found = request.form.get(name, type=int) or 0
    return found if 0 < found <= LARGEST_ID else 0


def own_path(path: str) -> str:
    """A path of this site, "/" for anything that leads elsewhere."""
    parts = urlsplit(path)
    safe = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return path if safe and "\\" not in path and path.isprintable() else "/"


def query(**values: str) -> str:
    return urlencode(values)


def local_day(moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(zone())).date()


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _code(text: str) -> Markup:
    """What stands between backticks is for the keyboard."""
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if number % 2 else escape(piece)
        for number, piece in enumerate(text.split("`"))
    )


def _preferred() -> str:
    return request.accept_languages.best_match(LOCALES) or "ja"


def _explained(code: int) -> tuple[str, str]:
    _ = translate
    if code == 403:
        return (
            _("This page is not for you"),
            _("It belongs to another colleague. Ask your recruiter if you think it should be yours."),
        )
    if code == 404:
        return _("There is no such page"), _("The address may be cut off, or what it showed is gone.")
    if code == 405:
        return _("This address only takes a button's press"), _("Open the page it belongs to and press the button.")
    if code == 413:
        return _("That is too much text"), _("Please shorten it and try again.")
    if code == 429:
        return _("Too many attempts"), _("Please wait a minute and try again.")
    if code < 500:
        return _("This could not be done"), _("Something in the request did not fit. Go back, check it and try again.")
    return (
        _("Something went wrong here"),
        _("It has been written to the log. Nothing was changed; please try again in a moment."),
    )
