"""Signing in to Microsoft 365 and Google mail servers: XOAUTH2 with an access token that is made in time (RFC 6749).

A token lives about an hour. It is kept sealed in the database, made anew five minutes before it ends and once when a
server refuses it, by one process at a time. Microsoft: learn.microsoft.com/exchange/client-developer/legacy-protocols/
how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth; Google: developers.google.com/gmail/imap/xoauth2-protocol.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from connectors import http
from connectors.base import ATSError
from plugin.database import Database, now_of
from plugin.minting import StillMinting, in_turn
from plugin.rows import Employer, MailToken
from plugin.sealing import Vault
from plugin.settings import Settings, WrongSetting

EARLY = timedelta(minutes=5)
"""How long before its end a token is replaced: a mail may take minutes, and clocks differ."""

_MICROSOFT = "login.microsoftonline.com"
_OWN_SCOPE = {_MICROSOFT: "https://outlook.office365.com/.default"}
"""What an application that signs in for itself must ask for, by the token server's host."""


class NoToken(Exception):
    """No access token could be had. One sentence with the provider's words; `permanent`: waiting changes nothing."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class Grant:
    """What tokens are made from: a refresh token somebody consented to, or ("") the application's own credentials."""

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    scope: str
    employer_id: int | None = None  # whose mailbox it is; None: the installation's

    @property
    def name(self) -> str:
        """A digest of everything in it: a grant that is replaced never meets the old one's tokens."""
        parts = "\0".join((self.token_url, self.client_id, self.client_secret, self.refresh_token, self.scope))
        return hashlib.sha256(parts.encode()).hexdigest()[:32]


class _Answer(BaseModel):
    """The token server's answer (RFC 6749 §5.1), as far as we use it."""

    access_token: str = Field(min_length=1)
    expires_in: int = Field(3600, ge=0)
    refresh_token: str = ""


def grant_of(settings: Settings, *, refresh_token: str = "", employer_id: int | None = None) -> Grant:
    """The grant of the settings, or of a mailbox with a refresh token of its own. Raises `WrongSetting`."""
    if not settings.mail_oauth_token_url or not settings.mail_oauth_client_id:
        raise WrongSetting(
            "xoauth2 needs KAKUYAKU_MAIL_OAUTH_TOKEN_URL and KAKUYAKU_MAIL_OAUTH_CLIENT_ID; see docs/mail.md"
        )
    try:
        url = http.require_safe(settings.mail_oauth_token_url)
    except ValueError:
        raise WrongSetting("KAKUYAKU_MAIL_OAUTH_TOKEN_URL must start with https://") from None
    refresh = refresh_token or settings.mail_oauth_refresh_token.get_secret_value()
    scope = settings.mail_oauth_scope
    if not refresh and not scope:
        scope = _OWN_SCOPE.get(urlsplit(url).hostname or "", "")
    secret = settings.mail_oauth_client_secret.get_secret_value()
    return Grant(url, settings.mail_oauth_client_id, secret, refresh, scope, employer_id)


def first_words(user: str, token: str) -> str:
    """What a client says first under XOAUTH2, before it is base64."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01"


class Tokens:
    """Access tokens out of the database, minted when there is none that will do."""

    def __init__(self, database: Database, vault: Vault, settings: Settings) -> None:
        self._database, self._vault = database, vault
        self._timeout, self._lease = settings.smtp_timeout_seconds, settings.lease_seconds

    def bearer(self, grant: Grant) -> str:
        """A token good for a few minutes at least. Raises `NoToken`."""
        return self._stored(grant) or self._mint(grant, refused="")

    def renewed(self, grant: Grant, refused: str) -> str:
        """Another token than the one a server has just refused; others' newer one where there is. Raises `NoToken`."""
        return self._mint(grant, refused=refused)

    def _stored(self, grant: Grant) -> str:
        with self._database.reading() as session:
            row = _row(session, grant)
            if row is None or row.sealed is None or row.expires_at is None or row.expires_at <= now_of(session) + EARLY:
                return ""
            return self._vault.open(row.sealed).decode()

    def _mint(self, grant: Grant, *, refused: str) -> str:
        with self._database.reading() as session:
            owner = _owner(session, grant)
        if owner is None:
            return self._ask(grant, grant.refresh_token).access_token  # an installation nobody uses yet keeps none
        try:
            with in_turn(self._database, owner, f"mail:{grant.name}", seconds=self._lease):
                stored = self._stored(grant)
                if stored and stored != refused:
                    return stored
                with self._database.reading() as session:
                    row = _row(session, grant)
                    newest = row.sealed_refresh if row is not None else None
                refresh = self._vault.open(newest).decode() if newest else grant.refresh_token
                answer = self._ask(grant, refresh)
                self._keep(grant, owner, answer)
                return answer.access_token
        except StillMinting as error:
            raise NoToken(str(error), permanent=False) from error

    def _ask(self, grant: Grant, refresh: str) -> _Answer:
        form = {"client_id": grant.client_id}
        if grant.client_secret:
            form["client_secret"] = grant.client_secret
        form |= (
            {"grant_type": "refresh_token", "refresh_token": refresh}
            if refresh
            else {"grant_type": "client_credentials"}
        )
        if grant.scope:
            form["scope"] = grant.scope
        host = urlsplit(grant.token_url).hostname or "the token server"
        vendor = http.Session(host, read_timeout=self._timeout)
        try:
            return _Answer.model_validate(vendor.send("POST", grant.token_url, form=form).data)
        except ATSError as error:
            todo = "; make a new refresh token or client secret and set it (docs/mail.md)" if error.permanent else ""
            raise NoToken(f"no access token for the mail server: {error}{todo}", permanent=error.permanent) from error
        except ValidationError:
            raise NoToken(f"{host} answered with something that is no access token", permanent=False) from None
        finally:
            vendor.close()

    def _keep(self, grant: Grant, owner: int, answer: _Answer) -> None:
        with self._database.writing() as session:
            now = now_of(session)
            values = {
                "employer_id": owner,
                "name": grant.name,
                "created_at": now,
                "sealed": self._vault.seal(answer.access_token.encode()),
                "expires_at": now + timedelta(seconds=answer.expires_in),
            }
            if answer.refresh_token:
                values["sealed_refresh"] = self._vault.seal(answer.refresh_token.encode())
            dialect = sqlite if self._database.is_sqlite else postgresql
            changed = {key: value for key, value in values.items() if key.startswith(("sealed", "expires"))}
            session.execute(
                dialect.insert(MailToken)
                .values(**values)
                .on_conflict_do_update(index_elements=["employer_id", "name"], set_=changed)
            )


def _row(session: Session, grant: Grant) -> MailToken | None:
    owner = _owner(session, grant)
    return session.exec(
        select(MailToken).where(col(MailToken.employer_id) == owner, col(MailToken.name) == grant.name)
    ).first()


def _owner(session: Session, grant: Grant) -> int | None:
    """Under whom a token stands: the mailbox's employer, the oldest one for the installation's own."""
    if grant.employer_id is not None:
        return grant.employer_id
    return session.exec(select(Employer.id).order_by(col(Employer.id)).limit(1)).first()
