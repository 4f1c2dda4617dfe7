"""Never an opt-out or a refusal as a yes, whatever is quoted around it: mails as programs build them (R4, R5)."""

from __future__ import annotations

from email.message import EmailMessage

from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.scouting.mime import parse
from plugin.scouting.quoting import Ours
from plugin.scouting.reading import Reading, read

ADDRESS = "scout+mzuw4y3fojqxezlsmfxgiidpov@mihon.example.com"
LETTER = """山田太郎様

株式会社みほん 採用チームの佐藤と申します。
ご関心をお持ちいただけましたら、「興味があります」とご返信ください。
ご返信の日から5営業日以内に、採用責任者との面接を必ず実施いたします。
If this sounds interesting, simply reply "yes, interested".

今後このようなご案内が不要な場合は「配信停止」とご返信ください。
"""
YES = (
    "興味があります。",
    "ぜひ一度お話を伺えればと存じます。",
    "面接をお願いいたします。来週の水曜日はいかがでしょうか。",
    "Yes, I'm interested. Let's talk next week!",
    "I'd love to hear more about this role.",
    "はい、ぜひお願いします",
)
NO = (
    "今回は辞退いたします。",
    "お断りします。",
    "興味がありません。",
    "転職は考えておりませんので、見送らせてください。",
    "I am not interested.",
    "No, thank you.",
    "I have decided to decline.",
)
STOP = (
    "配信停止をお願いします。",
    "今後メールを送らないでください。",
    "個人情報を削除してください。",
    "Please remove me from your list.",
    "Stop emailing me.",
    "unsubscribe",
)
COURTESY = (
    "",
    "ご連絡いただきありがとうございます。",
    "お世話になっております。山田です。",
    "大変ありがたいお話をいただき、光栄に存じます。",
    "Thank you very much for thinking of me.",
    "Hi Hanako,",
)
MARKS = ("> ", ">", "＞", "| ", ">> ", "> > ")
HEADS = (
    f"2026年11月20日(金) 10:05 株式会社みほん 採用チーム <{ADDRESS}>:",
    f"On Fri, Nov 20, 2026 at 10:05 AM Mihon Inc. <{ADDRESS}> wrote:",
    f"On Fri, Nov 20, 2026 at 10:05 AM Mihon Inc. <\n{ADDRESS}> wrote:",
    f"2026/11/20 10:05、株式会社みほん <{ADDRESS}>のメール：",
    f"-----Original Message-----\nFrom: 株式会社みほん <{ADDRESS}>\nSent: Friday, November 20, 2026 10:05 AM\nSubject: ご案内",
    f"差出人: 株式会社みほん <{ADDRESS}>\n送信日時: 2026年11月20日 10:05\n宛先: 山田太郎\n件名: ご案内",
    f"-------- 元のメッセージ --------\n差出人: 株式会社みほん <{ADDRESS}>\n件名: ご案内",
    "---------- Forwarded message ---------\nFrom: somebody@example.net\nSubject: ご案内",
)

quoted_yes = st.lists(st.sampled_from(YES), min_size=1, max_size=4)


def reading_of(text: str, *, known: bool, html: bool = False) -> Reading:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "taro@example.com", ADDRESS, "Re: ご案内"
    mail["Date"] = "Sat, 21 Nov 2026 09:00:00 +0900"
    mail.set_content(text, subtype="html" if html else "plain")
    ours = Ours(frozenset({ADDRESS}), frozenset({"株式会社みほん 採用チーム"}), LETTER)
    return read(parse(mail.as_bytes()), ours if known else None)


def acts_as_yes(found: Reading) -> bool:
    return found.intent.kind == "interested" and not found.intent.doubtful


def marked(lines: list[str], mark: str) -> str:
    return "\n".join(mark + line for line in "\n".join(lines).split("\n"))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(COURTESY),
    st.sampled_from(NO + STOP),
    quoted_yes,
    st.sampled_from(MARKS),
    st.sampled_from(("", *HEADS)),
    st.sampled_from(("above", "below", "between")),
    st.booleans(),
)
def test_a_marked_quote_turns_no_refusal_into_a_yes(
    courtesy: str, refusal: str, yes: list[str], mark: str, head: str, where: str, known: bool
) -> None:
    quote = marked([LETTER, *yes], mark)
    own = f"{courtesy}\n{refusal}".strip()
    text = {
        "above": f"{own}\n\n{head}\n{quote}\n",
        "below": f"{head}\n{quote}\n\n{own}\n",
        "between": f"{marked(yes, mark)}\n{own}\n{quote}\n",
    }[where]
    found = reading_of(text, known=known)
    assert not acts_as_yes(found)
    assert not any(phrase in found.cut.own for phrase in yes)
    if where == "above" and refusal in STOP:
        assert found.intent.opt_out
    if where == "above" and refusal in NO:
        assert found.intent.kind == "declined"


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(COURTESY), st.sampled_from(NO + STOP), quoted_yes, st.sampled_from(("", *HEADS)), st.booleans())
def test_an_unmarked_quote_turns_no_refusal_into_a_yes(
    courtesy: str, refusal: str, yes: list[str], head: str, known: bool
) -> None:
    tail = "\n".join([LETTER, *yes])
    found = reading_of(f"{courtesy}\n{refusal}\n\n{head}\n\n{tail}", known=known)
    assert not acts_as_yes(found)
    if refusal in STOP:
        assert found.intent.opt_out


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(NO + STOP), quoted_yes, st.integers(1, 3), st.booleans())
def test_quotes_of_html_mails_turn_no_refusal_into_a_yes(refusal: str, yes: list[str], deep: int, known: bool) -> None:
    inner = "".join(f"<div>{line}</div>" for line in [*LETTER.split("\n"), *yes])
    for _ in range(deep):
        inner = f"<blockquote type='cite'>{inner}</blockquote>"
    found = reading_of(f"<html><body><div>{refusal}</div><br>{inner}</body></html>", known=known, html=True)
    assert not acts_as_yes(found)
    assert found.intent.kind == ("opt_out" if refusal in STOP else "declined")


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(COURTESY), st.sampled_from(YES), st.sampled_from(HEADS), st.booleans())
def test_our_own_way_out_silences_nobody(courtesy: str, yes: str, head: str, is_marked: bool) -> None:
    quote = marked([LETTER], "> ") if is_marked else LETTER
    found = reading_of(f"{courtesy}\n{yes}\n\n{head}\n\n{quote}", known=True)
    assert found.intent.kind == "interested" and not found.intent.opt_out


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(COURTESY + YES), max_size=4), st.sampled_from(NO + STOP), st.integers(0, 4))
def test_politeness_in_front_of_a_refusal_or_behind_it_makes_no_yes(
    around: list[str], refusal: str, place: int
) -> None:
    found = reading_of("\n".join([*around[:place], refusal, *around[place:]]), known=True)
    assert not acts_as_yes(found)
    if refusal in STOP:
        assert found.intent.opt_out
