"""Every setting: shown with its meaning, taken from the environment, refused in one line when wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugin.settings import Settings, WrongSetting, explain, load

# name → (a value taken, what it becomes, values refused)
CASES: dict[str, tuple[str, object, list[str]]] = {
    "data_folder": ("/srv/kakuyaku", Path("/srv/kakuyaku"), []),
    "database_url": (
        "postgresql+psycopg://u:p@db/kakuyaku",
        "postgresql+psycopg://u:p@db/kakuyaku",
        ["postgres://u:p@db/kakuyaku", "mysql://db", "kakuyaku.sqlite3"],
    ),
    "chroma_url": ("http://chroma:8000/", "http://chroma:8000", ["chroma:8000"]),
    "secret_keys": ("a,b", "a,b", []),
    "lexicon": ("words", "words", []),
    "encoder": ("models/e5", "models/e5", []),
    "encoder_people": ("500", 500, ["19", "5001"]),
    "model_url": ("https://model.example.com/v1/", "https://model.example.com/v1", ["model.example.com"]),
    "model_name": ("small", "small", []),
    "model_key": ("geheim", "geheim", []),
    "model_summaries": ("true", True, ["perhaps"]),
    "model_timeout_seconds": ("2.5", 2.5, ["0", "61"]),
    "holidays": ("2027-07-22=海の日, 2027-07-19=-", "2027-07-22=海の日, 2027-07-19=-", ["2027-07-22", "soon=海の日"]),
    "public_url": ("https://kakuyaku.example.com/", "https://kakuyaku.example.com", ["kakuyaku.example.com"]),
    "web_host": ("0.0.0.0", "0.0.0.0", []),
    "web_port": ("9000", 9000, ["-1", "65536", "http"]),
    "staff_host": ("10.0.0.5", "10.0.0.5", []),
    "staff_port": ("9001", 9001, ["-1", "65536", "http"]),
    "staff_url": ("https://saiyo.example.com/", "https://saiyo.example.com", ["saiyo.example.com"]),
    "web_threads": ("16", 16, ["0", "65", "many"]),
    "web_processes": ("4", 4, ["0", "33"]),
    "proxies": ("1", 1, ["-1", "6"]),
    "worker_threads": ("8", 8, ["0", "65"]),
    "sender_threads": ("4", 4, ["0", "17"]),
    "smtp_url": ("smtps://u@mail.example.com:465", "smtps://u@mail.example.com:465", ["mail.example.com"]),
    "smtp_auth": ("xoauth2", "xoauth2", ["oauth"]),
    "smtp_password": ("geheim", "geheim", []),
    "imap_url": ("imaps://u@mail.example.com/INBOX", "imaps://u@mail.example.com/INBOX", ["mail.example.com"]),
    "imap_auth": ("xoauth2", "xoauth2", ["oauth"]),
    "imap_password": ("geheim", "geheim", []),
    "imap_poll_seconds": ("5", 5, ["0", "16"]),
    "imap_idle": ("false", False, ["perhaps"]),
    "pull_only": ("true", True, ["perhaps"]),
    "mail_oauth_token_url": ("https://token.example.com/v2", "https://token.example.com/v2", ["token.example.com"]),
    "mail_oauth_client_id": ("kakuyaku", "kakuyaku", []),
    "mail_oauth_client_secret": ("geheim", "geheim", []),
    "mail_oauth_refresh_token": ("geheim", "geheim", []),
    "mail_oauth_scope": ("https://mail.example.com/", "https://mail.example.com/", []),
    "dkim_key_file": ("dkim.pem", "dkim.pem", []),
    "by_hand_limits": ("linkedin=1500", "linkedin=1500", ["linkedin", "line=500", "linkedin=many"]),
    "dkim_selector": ("mail2026", "mail2026", []),
    "sweep_seconds": ("60", 60, ["0", "86401"]),
    "settle_seconds": ("0.5", 0.5, ["0", "601"]),
    "lease_seconds": ("30", 30.0, ["0", "3601"]),
    "ats_timeout_seconds": ("2.5", 2.5, ["0", "61"]),
    "smtp_timeout_seconds": ("2.5", 2.5, ["0", "61"]),
    "delivery_days": ("7", 7, ["0", "366"]),
    "staff_session_hours": ("1", 1, ["0", "73"]),
    "log_format": ("text", "text", ["xml"]),
    "log_level": ("debug", "debug", ["loud"]),
    "demo": ("true", True, ["perhaps"]),
}


def variable(name: str) -> str:
    return f"KAKUYAKU_{name}".upper()


def test_every_setting_has_a_case() -> None:
    assert list(CASES) == list(Settings.model_fields)


@pytest.mark.parametrize("name", CASES)
def test_it_is_taken_from_the_environment(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given, expected, _ = CASES[name]
    monkeypatch.setenv(variable(name), given)
    value = getattr(load(), name)
    assert (value.get_secret_value() if hasattr(value, "get_secret_value") else value) == expected


@pytest.mark.parametrize(("name", "wrong"), [(name, wrong) for name, case in CASES.items() for wrong in case[2]])
def test_a_wrong_value_is_refused_in_one_line_that_names_it(
    name: str, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable(name), wrong)
    with pytest.raises(WrongSetting) as refused:
        load()
    line = str(refused.value)
    assert line.startswith(variable(name) + " ") and "kakuyaku settings" in line and "\n" not in line


@pytest.mark.parametrize("name", CASES)
def test_it_is_shown_with_meaning_default_and_source(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {one.name: one for one in explain(load())}[variable(name)]
    assert shown.source == "default" and shown.value == shown.default and len(shown.meaning) > 10
    monkeypatch.setenv(variable(name), CASES[name][0])
    shown = {one.name: one for one in explain(load())}[variable(name)]
    assert shown.source == "environment"


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEYS", "SMTP_PASSWORD", "IMAP_PASSWORD"):
        monkeypatch.setenv(f"KAKUYAKU_{name}", "geheim")
    monkeypatch.setenv("KAKUYAKU_DATABASE_URL", "postgresql+psycopg://u:geheim@db/kakuyaku")
    monkeypatch.setenv("KAKUYAKU_SMTP_URL", "smtps://u:geheim@mail.example.com")
    assert "geheim" not in str(explain(load()))


def test_a_refused_url_does_not_tell_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAKUYAKU_DATABASE_URL", "postgres://u:geheim@db/kakuyaku")
    with pytest.raises(WrongSetting) as refused:
        load()
    assert "geheim" not in str(refused.value)


def test_a_misspelt_setting_is_refused_with_the_right_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAKUYAKU_SMPT_URL", "smtp://localhost")
    with pytest.raises(WrongSetting, match="KAKUYAKU_SMPT_URL is no setting; did you mean KAKUYAKU_SMTP_URL"):
        load()


def test_a_file_beside_us_is_read_and_named_as_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Settings.model_config, "env_file", ".env")
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("KAKUYAKU_WEB_PORT=9001\n")
    shown = {one.name: one for one in explain(load())}["KAKUYAKU_WEB_PORT"]
    assert (shown.value, shown.source) == ("9001", ".env")
