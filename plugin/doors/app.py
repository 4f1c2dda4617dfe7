"""The web process: every door in one Flask application. Doors call the rules; they hold none.

Read next: `visitors` (who is here and what they may see), `page` (how a page is made), then one module a page. The
process imports neither numpy nor chromadb: what needs the judgement is owed to a worker.
"""

from __future__ import annotations

import hashlib
from importlib import import_module

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from plugin.doors import (
    acting,
    behind,
    by_hand,
    by_link,
    candidate_page,
    candidates,
    data_requests,
    desk,
    disclosing,
    experiments,
    health,
    holding,
    keeping,
    letters,
    off_limits,
    ownership,
    page,
    pipelines,
    positions,
    previews,
    promises,
    recommendations,
    replies,
    requirements,
    requisitions,
    sign_in,
    times,
    visitors,
    webhooks,
    working_conditions,
)
from plugin.doors.sides import Side, SidedFlask, address_of
from plugin.work.context import Work

MOST_FORM_BYTES = 512 * 1024


def create_app(work: Work, side: Side | None = None) -> Flask:
    """Build the application on one process's means; of one `side`, or of both where they share an address."""
    app = SidedFlask("plugin", template_folder="templates", static_folder="static")
    app.extensions["work"] = work
    app.keep_to(side, work.settings)
    secure = address_of(work.settings, side or "public").startswith("https://")
    app.config.update(
        SECRET_KEY=hashlib.sha256(b"kakuyaku sessions" + work.vault.signing_key.encode()).hexdigest(),
        SESSION_COOKIE_NAME="__Host-kakuyaku" if secure else "kakuyaku",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=MOST_FORM_BYTES,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
        # A page may stay open for as long as its session: the token is bound to that.
        WTF_CSRF_TIME_LIMIT=None,
        # Flask-WTF's Referer check can't work beside our `Referrer-Policy: no-referrer`; the token itself is checked.
        WTF_CSRF_SSL_STRICT=False,
    )
    app.url_map.converters["int"] = page.Id
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    if work.settings.proxies:
        from werkzeug.middleware.proxy_fix import ProxyFix

        count = work.settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    positions.prepare(app)
    protection = CSRFProtect(app)
    page.prepare(app, secure=secure)
    visitors.prepare(app)
    for module in (
        sign_in,
        requisitions,
        requirements,
        behind,
        acting,
        by_link,
        by_hand,
        letters,
        previews,
        disclosing,
        experiments,
        replies,
        promises,
        holding,
        keeping,
        off_limits,
        ownership,
        desk,
        positions,
        pipelines,
        recommendations,
        candidates,
        candidate_page,
        times,
        data_requests,
        working_conditions,
    ):
        app.register_blueprint(module.blueprint)
    mails = [import_module(f"plugin.doors.{name}").blueprint for name in ("mail", "inbound")]
    for machine in (webhooks.blueprint, health.blueprint, *mails):
        # Machines sign what they send; a token made for forms means nothing to them.
        protection.exempt(machine)
        app.register_blueprint(machine)
    # A mail program's one-click refusal (RFC 8058) is a POST without any page before it.
    protection.exempt(candidates.one_click)
    # A candidate's link is the permission itself: nobody else can make their browser post to it, and no cookie is set.
    protection.exempt(candidate_page.blueprint)
    return app
