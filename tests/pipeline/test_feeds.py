"""Addresses that are taken, and those that are not: nobody makes this installation fetch or show what they like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.pipeline.feeds import FEED_HOSTS, SCHEDULING_HOSTS, WrongAddress, checked


@pytest.mark.parametrize(
    "url",
    [
        "https://calendar.google.com/calendar/ical/x/private-abc/basic.ics",
        "https://p42-caldav.icloud.com/published/2/abc",
        "webcal://outlook.office365.com/owa/calendar/x/calendar.ics",
        "https://outlook.live.com:443/owa/calendar/x",
    ],
)
def test_known_hosts_are_taken(url: str) -> None:
    assert checked(url, FEED_HOSTS).startswith("https://")


@pytest.mark.parametrize(
    "url",
    [
        "http://calendar.google.com/x",
        "https://calendar.google.com.evil.example/x",
        "https://evilgoogle.com/x",
        "https://calendar.google.com@127.0.0.1/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://localhost/x",
        "https://calendar.google.com:8443/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://calendly.com/a\nb",
        "//calendly.com/x",
        "https://",
        "https://[",
    ],
)
def test_everything_else_is_refused(url: str) -> None:
    for hosts in (FEED_HOSTS, SCHEDULING_HOSTS):
        with pytest.raises(WrongAddress):
            checked(url, hosts)


@given(st.text(max_size=60))
def test_no_text_passes_by_chance(text: str) -> None:
    with pytest.raises(WrongAddress):
        checked(text, SCHEDULING_HOSTS)
