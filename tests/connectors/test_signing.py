"""Signatures: any of several secrets, over exactly the bytes that came."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from connectors.signing import hmac_sha256, signed_by_one_of

secrets = st.text(min_size=1, max_size=40)
bodies = st.binary(max_size=300)


@given(st.lists(secrets, min_size=1, max_size=4), bodies, st.data())
def test_any_current_secret_signs(held: list[str], body: bytes, data: st.DataObject) -> None:
    used = data.draw(st.sampled_from(held))
    assert signed_by_one_of(held, body, hmac_sha256(used, body))
    assert signed_by_one_of(held, body, f" {hmac_sha256(used, body).upper()} ")


@given(st.lists(secrets, max_size=4), secrets, bodies)
def test_a_secret_we_do_not_hold_signs_nothing(held: list[str], stranger: str, body: bytes) -> None:
    # HMAC pads keys with zero bytes, so keys that differ in those alone are the same key.
    held = [secret for secret in held if secret.rstrip("\0") != stranger.rstrip("\0")]
    assert not signed_by_one_of(held, body, hmac_sha256(stranger, body))


@given(secrets, bodies, st.data())
def test_one_changed_byte_breaks_the_signature(secret: str, body: bytes, data: st.DataObject) -> None:
    digest = hmac_sha256(secret, body)
    place = data.draw(st.integers(0, len(body)))
    assert not signed_by_one_of([secret], body[:place] + b"\x00" + body[place:], digest)


@given(st.text(max_size=80))
def test_what_is_no_digest_is_refused_without_error(given_text: str) -> None:
    assert not signed_by_one_of(["secret"], b"body", given_text)


def test_an_empty_secret_signs_nothing() -> None:
    assert not signed_by_one_of([""], b"body", hmac_sha256("", b"body"))
    assert not signed_by_one_of([], b"body", hmac_sha256("", b"body"))


def test_a_signature_of_any_text_is_compared_and_breaks_nothing() -> None:
    for offered in ("\ud800", "\udc80", "é", "\x00", ""):
        assert not signed_by_one_of(["secret"], b"body", offered)
