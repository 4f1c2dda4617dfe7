"""The manager is asked by mail; a chat room, where one is set, only hears that there is something to see."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from plugin.alignment.links import look_at
from plugin.connections import add_secret
from plugin.i18n import LOCALES
from plugin.rows import Connection, Staff


@contextmanager
def chat_room(status: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    heard: list[dict[str, Any]] = []

    class Room(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.send_header("Connection", "close")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Room)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


TEXT = "■必須条件\n・Goでの開発経験 5年以上\n■給与\n年収 700万円〜1,000万円\n"


def _set_room(house: Any, url: str) -> None:
    with house.work.writing() as session:
        add_secret(session, house.work.vault, session.get_one(Connection, house.connection.key), "chat_webhook", url)


def test_the_mail_acts_and_the_room_only_shows(house: Any) -> None:
    with chat_room(200) as (url, heard):
        _set_room(house, url)
        house.ring()
    assert len(heard) == 1 and "/r/" in heard[0]["text"] and "/act/" not in heard[0]["text"]
    with house.reading() as session:
        assert look_at(session, house.link("nudge")).purpose == "decide"


def test_a_room_that_does_not_answer_stops_nothing(house: Any) -> None:
    with chat_room(500) as (url, heard):
        _set_room(house, url)
        house.ring()
    assert heard and len(house.mails("nudge")) == 1


def test_a_confidential_requisition_is_not_told_to_a_room(house: Any) -> None:
    house.ats.change(confidential=True)
    with chat_room(200) as (url, heard):
        _set_room(house, url)
        house.ring()
    assert not heard and len(house.mails("nudge")) == 1


def test_the_manager_reads_their_own_language(house: Any) -> None:
    texts = {}
    house.ring()
    for locale in LOCALES:
        with house.work.writing() as session:
            manager = session.get_one(Staff, house.manager(session).key)
            manager.locale = locale
            session.add(manager)
        house.ats.describe(TEXT.replace("700万円", "750万円" if locale == "ja" else "650万円"))
        house.ring()
        texts[locale] = house.mails("nudge")[-1]
    assert "面接確約ライン" in texts["ja"] and "20名のうち" in texts["ja"]
    assert "where is your line" in texts["en"] and "20 people" in texts["en"]
