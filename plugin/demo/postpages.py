"""The local mailbox's page: who got what, a mail as its reader sees it, and answering it by real SMTP."""

from __future__ import annotations

import smtplib
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from waitress.server import create_server

from plugin.demo.postbox import MailStore, answer_to
from plugin.i18n import LOCALES, phrases

YES_JA = "ご連絡ありがとうございます。ぜひ一度お話を伺えればと存じます。"
YES_EN = "Thank you for getting in touch. Yes, I would be glad to talk."


@dataclass
class Pages:
    """The running page server."""

    port: int
    _server: object

    def close(self) -> None:
        self._server.close()  # type: ignore[attr-defined]


def create_pages(store: MailStore, smtp_url: str) -> Flask:
    app = Flask("plugin", template_folder="templates", static_folder="static")

    @app.context_processor
    def words() -> dict[str, object]:
        asked = request.args.get("lang") or request.cookies.get("lang") or ""
        best = request.accept_languages.best_match(LOCALES) or "ja"
        locale = asked if asked in LOCALES else best
        return {"_": phrases(locale), "locale": locale}

    @app.after_request
    def remember(response):  # type: ignore[no-untyped-def]
        response.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'; form-action 'self'"
        response.headers["X-Content-Type-Options"] = "nosniff"
        if request.args.get("lang") in LOCALES:
            response.set_cookie("lang", request.args["lang"], samesite="Strict", httponly=True)
        return response

    @app.get("/")
    def boxes() -> str:
        return render_template("postbox/boxes.html", boxes=store.recipients())

    @app.get("/box/<address>")
    def box(address: str) -> str:
        return render_template("postbox/box.html", address=address, mails=store.all(recipient=address)[::-1])

    @app.get("/mail/<int:id>")
    def mail(id: int) -> str:
        found = store.one(id) or abort(404)
        html = found.message.get_body(("html",))
        japanese = any("぀" <= c <= "ヿ" for c in found.text)
        return render_template(
            "postbox/mail.html",
            mail=found,
            message=found.message,
            text=found.text,
            has_html=html is not None,
            suggestion=YES_JA if japanese else YES_EN,
            sent=request.args.get("sent"),
        )

    @app.post("/mail/<int:id>/answer")
    def answer(id: int) -> ResponseReturnValue:
        # Loopback, no session, nothing of value behind it: a page of another site could at most send a demo mail.
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            abort(403)
        found = store.one(id) or abort(404)
        text = request.form.get("text", "").strip()
        if not text:
            return redirect(url_for("mail", id=id))
        written = answer_to(found, text, sender=str(found.message["To"]))
        where = urlsplit(smtp_url)
        try:
            with smtplib.SMTP(where.hostname or "", where.port or 0, timeout=30) as smtp:
                smtp.send_message(written)
        except smtplib.SMTPException as error:
            return render_template("postbox/failed.html", id=id, error=str(error)), 502
        return redirect(url_for("mail", id=id, sent=1))

    return app


def serve_pages(store: MailStore, smtp_url: str, port: int = 0) -> Pages:
    """Serve the pages on loopback in a thread."""
    server = create_server(create_pages(store, smtp_url), host="127.0.0.1", port=port, threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    return Pages(int(server.effective_port), server)
