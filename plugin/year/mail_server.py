"""The mail server of the simulated year: keeps what it takes, says "later", hangs up, refuses the dead, and counts.

Who is refused at the door, or whose mail comes back a while later, is written in the address by `fate_of`: a person's
mailbox is dead for every letter or for none.
"""

from __future__ import annotations

import hashlib
import random
import threading
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes, policy
from typing import Literal

from aiosmtpd.smtp import SMTP, Envelope, Session

from plugin.demo.postbox import Handler, MailStore

Moment = Literal["before", "after"]

LATER, HANG_UP = 0.012, 0.006
"""Share of mails the server wants again later, and of those it hangs up on after the text (half of them kept)."""
DEAD, COMES_BACK = 0.004, 0.012
"""Share of people whose address is refused at the door, and of those whose mail is taken and comes back."""


def fate_of(address: str, seed: int) -> str:
    """What becomes of mail to an address: `refused`, `bounces` or `arrives`. Staff's always arrives."""
    number = int.from_bytes(hashlib.sha256(f"{seed}:{address.lower()}".encode()).digest()[:8], "big") / 2**64
    return "refused" if number < DEAD else "bounces" if number < DEAD + COMES_BACK else "arrives"


class YearHandler(Handler):
    """What the server does with a mail. `kill_at` is set by whoever wants the sender dead over the next letter."""

    def __init__(self, store: MailStore, ours: Callable[[str], bool], hand_over: Callable[[str, bytes], None]) -> None:
        super().__init__(store, ours, hand_over)
        self.seed = 0
        self._mails_to: Counter[str] = Counter()
        self.colleagues: frozenset[str] = frozenset()
        self.taken: Counter[str] = Counter()  # Message-ID → how often this server took responsibility
        self.silent: set[str] = set()  # those whose sender got no answer
        self.told: Counter[str] = Counter()
        self._kill: Callable[[], None] | None = None
        self._kill_after = 0
        self._moment: Moment = "after"
        self._lock = threading.Lock()

    def kill_at(self, letters: int, moment: Moment, kill: Callable[[], None] | None) -> None:
        """Have `kill` called over the n-th mail from now on, before it is kept or after; None takes that back."""
        with self._lock:
            self._kill_after, self._moment, self._kill = letters, moment, kill

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.lower() not in self.colleagues and fate_of(address, self.seed) == "refused":
            self.told["refused"] += 1
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = envelope.original_content or b""
        message_id = str(message_from_bytes(raw, policy=policy.compat32).get("Message-ID", "")).strip()
        killer = self._killer()
        if killer is not None:
            self.silent.add(message_id)
            if self._moment == "before":
                self.told["killed before"] += 1
                killer()
                return "421 4.3.2 going down"
            await self._take(server, session, envelope, message_id)
            self.told["killed after"] += 1
            killer()
            return "250 2.0.0 kept"
        fate = self._throw(envelope)
        if fate < LATER:
            self.told["later"] += 1
            return "451 4.3.0 busy, come again later"
        if fate < LATER + HANG_UP:
            self.silent.add(message_id)
            self.told["hung up"] += 1
            if fate < LATER + HANG_UP / 2:
                await self._take(server, session, envelope, message_id)
            server.transport.abort()
            return "421 4.4.2 hanging up"
        return await self._take(server, session, envelope, message_id)

    async def _take(self, server: SMTP, session: Session, envelope: Envelope, message_id: str) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        self.taken[message_id] += 1
        return answer

    def _throw(self, envelope: Envelope) -> float:
        """A throw of this recipient's own dice: what happens to others' mail changes nothing for theirs."""
        to = ",".join(envelope.rcpt_tos).lower()
        self._mails_to[to] += 1
        return random.Random(f"{self.seed}:{to}:{self._mails_to[to]}").random()

    def _killer(self) -> Callable[[], None] | None:
        with self._lock:
            if self._kill is None:
                return None
            self._kill_after -= 1
            if self._kill_after > 0:
                return None
            killer, self._kill = self._kill, None
            return killer
