"""What candidates write, in their own mail programs' ways: texts by kind and language, and the mails that carry them."""

from __future__ import annotations

import random
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from plugin.demo.postbox import Kept, answer_to

TEXTS: dict[str, dict[str, tuple[str, ...]]] = {
    "yes": {
        "ja": (
            "ご連絡ありがとうございます。ぜひ一度お話を伺えればと存じます。",
            "お世話になっております。大変興味がありますので、面接をお願いできますでしょうか。",
            "ご連絡いただきありがとうございます。興味がございますので、ぜひお話をお聞かせください。",
            "スカウトいただきありがとうございます。ぜひ面談の機会をいただければ幸いです。",
        ),
        "en": (
            "Thank you for getting in touch. Yes, I would be glad to talk.",
            "Hi, this sounds interesting. I'd love to have a conversation.",
            "Thanks for the message. I am interested and would like to schedule an interview.",
            "Yes please, I'm interested. When could we speak?",
        ),
    },
    "no": {
        "ja": (
            "ご連絡ありがとうございます。申し訳ございませんが、今回は辞退させていただきます。",
            "せっかくお声がけいただきましたが、現職に満足しておりますので、今回は見送らせてください。",
        ),
        "en": (
            "Thank you, but I am happy where I am and not looking for a change.",
            "Thanks for reaching out. I will have to decline.",
        ),
    },
    "later": {
        "ja": ("ありがとうございます。今は忙しいため、三か月後に改めてご連絡いただけますでしょうか。",),
        "en": ("Thanks. Now is not a good time; please get back to me in three months.",),
    },
    "question": {
        "ja": ("ご連絡ありがとうございます。リモート勤務は可能でしょうか。年収の範囲も教えてください。",),
        "en": (
            "Thank you. Could you tell me which salary range you have in mind, and whether remote work is possible?",
        ),
    },
    "opt_out": {
        "ja": ("今後このようなメールは送らないでください。", "配信停止を希望します。今後のご連絡は不要です。"),
        "en": ("Please remove me from your list and do not contact me again.", "Unsubscribe me, please."),
    },
    "withdraw": {
        "ja": ("先日面接をお願いした件ですが、他社に決めましたので、辞退させていただきます。",),
        "en": ("I have accepted another offer, so I would like to withdraw my application.",),
    },
    "away": {
        "ja": ("自動応答：ただいま休暇中のため、メールを確認できません。来週月曜日に戻ります。",),
        "en": ("I am out of the office until Monday with limited access to email.",),
    },
}
STRANGER = "someone.else@example.net"


def text_of(kind: str, language: str, dice: random.Random) -> str:
    return dice.choice(TEXTS[kind][language])


def answer(letter: Kept, text: str, *, sender: str = "", to: str = "", message_id: str = "") -> EmailMessage:
    """A reply to a letter as a mail program writes it."""
    mail = answer_to(letter, text, sender=sender or str(letter.message["To"]))
    if to:
        del mail["To"]
        mail["To"] = to
    if message_id:
        del mail["Message-ID"]
        mail["Message-ID"] = message_id
    return mail


def out_of_office(letter: Kept, text: str, message_id: str) -> EmailMessage:
    """What a mailbox says by itself (RFC 3834)."""
    mail = answer(letter, text, message_id=message_id)
    mail["Auto-Submitted"] = "auto-replied"
    mail["X-Auto-Response-Suppress"] = "All"
    return mail


def returned(letter: Kept, message_id: str, at: datetime) -> EmailMessage:
    """A report that a letter could not be delivered (RFC 3464), to the address it came from."""
    person = letter.recipient
    report = EmailMessage(policy=policy.SMTP)
    report["From"] = "MAILER-DAEMON@mx.example.net"
    report["To"] = letter.sender
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["Message-ID"] = message_id
    report["Date"] = format_datetime(at)
    report["Auto-Submitted"] = "auto-replied"
    report["MIME-Version"] = "1.0"
    boundary = "=_report"
    headers = letter.raw.split(b"\r\n\r\n", 1)[0].split(b"\n\n", 1)[0].decode("ascii", "replace")
    body = (
        f"--{boundary}\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
        f"I'm sorry to have to inform you that your message could not be delivered.\r\n"
        f"<{person}>: host mx.example.net said: 550 5.1.1 unknown user\r\n"
        f"--{boundary}\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx.example.net\r\n\r\n"
        f"Final-Recipient: rfc822; {person}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        f"Diagnostic-Code: smtp; 550 5.1.1 unknown user\r\n\r\n"
        f"--{boundary}\r\nContent-Type: text/rfc822-headers\r\n\r\n{headers}\r\n--{boundary}--\r\n"
    )
    raw = (
        b"".join(f"{name}: {value}\r\n".encode() for name, value in report.items())
        + f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"\r\n\r\n'.encode()
        + body.encode("utf-8", "replace")
    )
    from email import message_from_bytes

    made = message_from_bytes(raw, policy=policy.SMTP)
    assert isinstance(made, EmailMessage)
    return made


def bare(address: str) -> str:
    return parseaddr(address)[1].lower()
