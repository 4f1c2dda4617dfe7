"""Every setting of an installation: the one place that reads the environment.

Each is `KAKUYAKU_<NAME>` in the environment or in a `.env` file of the working folder. `kakuyaku settings` prints them
with meaning, default and source. What differs from one ATS account to the next is not here but in `plugin.policy`.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict


class WrongSetting(Exception):
    """A setting can't be used. The message is one line and says what to do."""


class Settings(BaseSettings):
    """Where things are and how the processes run."""

    model_config = SettingsConfigDict(env_prefix="KAKUYAKU_", env_file=".env", extra="ignore", frozen=True)

    data_folder: Path = Field(Path("var"), description="Folder for the database, the profile store and keys.")
    database_url: str = Field(
        "",
        description="State database: empty for SQLite in the data folder, or postgresql+psycopg://user:password@host/name.",
    )
    chroma_url: str = Field(
        "", description="Chroma server (http://host:port); empty for the embedded store in the data folder."
    )
    secret_keys: SecretStr = Field(
        SecretStr(""),
        description="Fernet keys, newest first, separated by commas, that seal secrets and personal text;"
        " empty: one is made in the data folder.",
    )
    lexicon: str = Field(
        "",
        description="Folder of .tsv files with words of your own, laid over the shipped lexicon (docs/lexicon.md);"
        " the same for every process. Empty: none.",
    )
    encoder: str = Field(
        "",
        description="Folder of an ONNX sentence encoder that reads the best of everybody again (docs/encoders.md)."
        " Empty: none.",
    )
    encoder_people: int = Field(
        200, ge=20, le=5000, description="How many of the best are read again; they alone get scouts on a promise."
    )
    model_url: str = Field(
        "",
        description="OpenAI-compatible endpoint of a language model (https://host/v1) that may propose what our reading"
        " missed (docs/encoders.md). Descriptions and criteria are sent to it. Empty: none.",
    )
    model_name: str = Field("", description="The language model's name at that endpoint.")
    model_key: SecretStr = Field(SecretStr(""), description="Its key, if it wants one.")
    model_summaries: bool = Field(
        False,
        description="Whether the language model may also word summaries of people's fit: quotes of their profiles are"
        " sent to it, masked.",
    )
    model_timeout_seconds: float = Field(
        8.0, ge=0.1, le=60, description="Seconds to wait for an answer of the language model."
    )
    holidays: str = Field(
        "",
        description="Japanese holidays a law moved after this version: 2027-07-22=海の日 for a new one, 2027-07-19=- for"
        " one that is none any more, separated by commas; the same for every process.",
    )
    public_url: str = Field(
        "http://127.0.0.1:8321",
        description="Address people and ATSs reach us at; stands in links and webhook URLs.",
    )
    web_host: str = Field("127.0.0.1", description="Address the web process listens on.")
    web_port: int = Field(8321, ge=0, le=65535, description="Port the web process listens on.")
    staff_host: str = Field(
        "",
        description="Address a second web process listens on, with the pages for colleagues alone; the first then serves"
        " webhooks, inbound mail, candidates and managers' links, and nothing else. Empty: one for everything.",
    )
    staff_port: int = Field(8322, ge=0, le=65535, description="Port the staff web process listens on.")
    staff_url: str = Field(
        "", description="Address colleagues reach their pages at; wanted with KAKUYAKU_STAFF_HOST, else the public one."
    )
    web_threads: int = Field(24, ge=1, le=64, description="Threads of one web process.")
    web_processes: int = Field(1, ge=1, le=32, description="Web processes (more than one needs PostgreSQL).")
    proxies: int = Field(
        0, ge=0, le=5, description="Reverse proxies in front of the web process whose X-Forwarded headers are believed."
    )
    worker_threads: int = Field(4, ge=1, le=64, description="Jobs one worker process works on at once.")
    sender_threads: int = Field(2, ge=1, le=16, description="Mails one worker process may be sending at once.")
    smtp_url: str = Field(
        "",
        description="Outgoing mail: smtp://host:port (plain, loopback only), smtp+starttls://user@host:port or smtps://user@host:port.",
    )
    smtp_auth: Literal["password", "xoauth2"] = Field(
        "password", description="How we sign in for outgoing mail: password, or xoauth2 (Microsoft 365, Google)."
    )
    smtp_password: SecretStr = Field(SecretStr(""), description="Password for outgoing mail.")
    imap_url: str = Field("", description="Incoming mail: imaps://user@host:port/folder; empty: the inbound mail door.")
    imap_auth: Literal["password", "xoauth2"] = Field(
        "password", description="How we sign in for incoming mail: password, or xoauth2 (Microsoft 365, Google)."
    )
    imap_password: SecretStr = Field(SecretStr(""), description="Password for incoming mail.")
    imap_poll_seconds: int = Field(15, ge=1, le=15, description="Seconds between looks into the mailbox.")
    imap_idle: bool = Field(
        True,
        description="Whether the worker also waits in each mailbox for its server to say that a mail has come (IDLE).",
    )
    pull_only: bool = Field(
        False,
        description="Nobody outside reaches us: mail is read by IMAP only, letters are refused by answering them, and"
        " links are for the staff's own network (docs/mail.md).",
    )
    mail_oauth_token_url: str = Field(
        "",
        description="Where access tokens for xoauth2 come from: https://login.microsoftonline.com/TENANT/oauth2/v2.0/token"
        " or https://oauth2.googleapis.com/token.",
    )
    mail_oauth_client_id: str = Field("", description="Our application's id there.")
    mail_oauth_client_secret: SecretStr = Field(SecretStr(""), description="Its secret.")
    mail_oauth_refresh_token: SecretStr = Field(
        SecretStr(""),
        description="Refresh token of the mailbox's owner; empty: the application signs in for itself (client credentials).",
    )
    mail_oauth_scope: str = Field(
        "", description="Scope to ask for; empty: what the provider's mail servers want (docs/mail.md)."
    )
    dkim_key_file: str = Field(
        "",
        description="RSA private key (PEM) to sign outgoing mail with, where the mail server doesn't (docs/mail.md)."
        " Empty: none.",
    )
    by_hand_limits: str = Field(
        "bizreach=2000,linkedin=1900,wantedly=2000",
        description="Most characters of a letter that a person copies into these services. Not verified: look at what"
        " your account takes.",
    )
    dkim_selector: str = Field("kakuyaku", description="The DNS name the key stands under: SELECTOR._domainkey.DOMAIN.")
    sweep_seconds: int = Field(300, ge=1, le=86400, description="Seconds between sweeps of an ATS for what never rang.")
    settle_seconds: float = Field(
        20.0, ge=0.1, le=600, description="Seconds to wait after a write with unknown outcome before looking."
    )
    lease_seconds: float = Field(
        120.0,
        ge=1,
        le=3600,
        description="Seconds a job or a writer's lease holds; longer than all time-outs together.",
    )
    ats_timeout_seconds: float = Field(20.0, ge=0.1, le=60, description="Seconds to wait for an answer of an ATS.")
    smtp_timeout_seconds: float = Field(
        30.0, ge=0.1, le=60, description="Seconds to wait for an answer of a mail server."
    )
    delivery_days: int = Field(30, ge=1, le=365, description="Days the bytes of inbound deliveries are kept.")
    staff_session_hours: int = Field(12, ge=1, le=72, description="Hours a staff session lasts.")
    log_format: Literal["json", "text"] = Field("json", description="Format of log lines.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level logged.")
    demo: bool = Field(
        False, description="Demo mode: sign-in links are shown on a page instead of mailed. Loopback only."
    )

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value and not value.startswith(("postgresql+psycopg://", "sqlite:///")):
            raise ValueError("must be empty, sqlite:///FILE or postgresql+psycopg://user:password@host/name")
        if value.startswith("postgresql") and not _has_port(value):
            raise ValueError("has a port that is no number from 1 to 65535: write …@host:5432/name")
        return value

    @field_validator("chroma_url", "public_url", "staff_url", "model_url", "mail_oauth_token_url")
    @classmethod
    def _url(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        if value and not (_has_port(value) and urlsplit(value).hostname):
            raise ValueError("must look like https://host or http://host:port")
        return value.rstrip("/")

    @field_validator("holidays")
    @classmethod
    def _holidays(cls, value: str) -> str:
        from plugin.pipeline.calendar import read_moved  # here: most commands need no calendar

        read_moved(value)
        return value

    @field_validator("by_hand_limits")
    @classmethod
    def _limits(cls, value: str) -> str:
        for each in value.split(","):
            name, _, number = each.strip().partition("=")
            if name not in ("bizreach", "linkedin", "wantedly") or not number.isascii() or not number.isdigit():
                raise ValueError("must look like bizreach=2000,linkedin=1900,wantedly=2000")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _smtp(cls, value: str) -> str:
        if value and not value.startswith(("smtp://", "smtps://", "smtp+starttls://")):
            raise ValueError("must start with smtp://, smtps:// or smtp+starttls://")
        return value

    @field_validator("imap_url")
    @classmethod
    def _imap(cls, value: str) -> str:
        if value and not value.startswith(("imap://", "imaps://")):
            raise ValueError("must start with imaps:// (or imap:// on loopback)")
        return value

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """What a log or a traceback may show: passwords inside addresses hidden, too."""
        return ((name, _say(getattr(self, name))) for name in type(self).model_fields)

    @property
    def staff_address(self) -> str:
        """The address colleagues reach their pages at."""
        return (self.staff_url if self.staff_host else "") or self.public_url

    @property
    def database(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{(self.data_folder / 'kakuyaku.sqlite3').resolve()}"


def _has_port(url: str) -> bool:
    """Whether the port of a URL, if it has one, is one."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


class _Alone(Settings):
    """Settings given in the call and nowhere else."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def alone(**values: Any) -> Settings:
    """Settings from these values and the defaults, whatever stands in the environment: stories, benchmarks, tests."""
    return _Alone(**values)


def load(**overrides: object) -> Settings:
    """Read the settings; raise `WrongSetting` with one line naming the variable, what is wrong and what to do."""
    for variable in sorted(os.environ):
        if variable.startswith("KAKUYAKU_") and variable not in _VARIABLES:
            close = difflib.get_close_matches(variable, sorted(_VARIABLES), 1)
            hint = f"did you mean {close[0]}?" if close else "see `kakuyaku settings`"
            raise WrongSetting(f"{variable} is no setting; {hint}")
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = "KAKUYAKU_" + ".".join(str(part) for part in first["loc"]).upper()
        given = (
            ""
            if any(word in name.lower() for word in ("secret", "password", "_key"))
            else f" (given: {_say(first['input'])!r})"
        )
        raise WrongSetting(f"{name} {_plain(first['msg'])}{given}; see `kakuyaku settings`") from None


def _plain(message: str) -> str:
    """A validator's message as the end of a sentence that begins with the setting's name."""
    message = message.removeprefix("Value error, ").removeprefix("Input ")
    return message.replace("should be", "must be", 1).removesuffix(", unable to interpret input")


_VARIABLES = {f"KAKUYAKU_{name}".upper() for name in Settings.model_fields} | {"KAKUYAKU_REQUIRE"}
"""What may stand in the environment. KAKUYAKU_REQUIRE is the tests' own."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One setting as a person reads it: secrets and passwords inside URLs hidden."""

    name: str
    value: str
    default: str
    source: str  # environment, .env or default
    meaning: str


def explain(settings: Settings) -> list[Shown]:
    """Every setting with its value, default, source and meaning, in the order of the class."""
    env_file = Settings.model_config.get("env_file")
    in_file = {name.upper() for name in dotenv_values(env_file)} if isinstance(env_file, str) else set()
    in_environment = {name.upper() for name in os.environ}
    shown = []
    for name, field in Settings.model_fields.items():
        variable = f"KAKUYAKU_{name}".upper()
        source = "environment" if variable in in_environment else ".env" if variable in in_file else "default"
        value = getattr(settings, name)
        shown.append(Shown(variable, _say(value), _say(field.default), source, field.description or ""))
    return shown


def _say(value: object) -> str:
    if isinstance(value, SecretStr):
        return "(set)" if value.get_secret_value() else "(empty)"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return re.sub(r"(://[^/:@\s]*:)[^@/\s]*@", r"\1***@", text) or "(empty)"
