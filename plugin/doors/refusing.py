"""What could not be done, said to whoever pressed: one sentence in their language, with what to do instead.

The rules refuse with an English message of their own (`ledger.NotAllowed`, `replies.CannotDecide`,
`apologies.CannotApologise`); a test holds that each of these has its sentence here.
"""

from __future__ import annotations

from plugin.doors.page import translate as _


def refusal(error: Exception) -> str:
    """A refusal in the reader's words; a general one where the rule names a state nobody's button leads to."""
    known = promises() | replies() | farewells() | apologies()
    return known.get(str(error), _("That could not be recorded as it stands. Look at the page again and try anew."))


def promises() -> dict[str, str]:
    """What the ledger of promises refuses."""
    return {
        "the meeting has not taken place yet": _("The meeting has not taken place yet."),
        "the meeting took place after the date promised": _(
            "The meeting took place after the date promised, so it does not keep the promise."
        ),
        "a promise can't be broken before its date has passed": _(
            "The date promised has not passed yet; the promise can still be kept."
        ),
        "say why the candidate waived the promise; only they can": _(
            "Write down why the candidate waived the promise; only they can."
        ),
        "the date promised has passed; it can't be moved any more": _(
            "The date promised has passed, so it can't be moved any more."
        ),
        "only a later day needs recording; an earlier one keeps the promise anyway": _(
            "Only a later day needs recording; an earlier one keeps the promise anyway."
        ),
        "write down why the candidate chose a later day": _("Write down why the candidate chose a later day."),
        "none of the times offered lies inside the promise; offer one first, a date told never moves later otherwise": _(
            "None of the times offered lies inside the promise. Offer one first: a date told to a person moves later"
            " only by their own choice."
        ),
        "the successor must be an active colleague of the same ATS account": _(
            "Choose an active colleague of the same ATS account."
        ),
        "choose a colleague": _("Choose a colleague."),
        "only a broken promise has a cause": _("Only a broken promise has a cause."),
        "the cause is manager, recruiter or candidate": _(
            "Choose whose doing it was: the manager's, the recruiter's or the candidate's."
        ),
        **{
            f"this promise is {state} already": text
            for state, text in (
                ("kept", _("This promise is recorded as kept already.")),
                ("broken", _("This promise is recorded as broken already.")),
                ("waived", _("This promise is recorded as waived already.")),
            )
        },
    }


def replies() -> dict[str, str]:
    """What deciding or logging a reply refuses."""
    return {
        "a colleague has decided this reply already; log a new answer if the person changed their mind": _(
            "A colleague has decided this reply already. If the person has changed their mind, log the new answer."
        ),
        "that scout belongs to another connection": _("Choose somebody of this ATS account."),
        "nobody knows whose yes this is; choose the person it came from first": _(
            "Nobody knows whose yes this is. Choose the person it came from first."
        ),
        "this decision can't be taken back any more; log a new answer instead": _(
            "This decision can't be taken back any more. Log a new answer instead."
        ),
        "the day to ask again must be to come": _("The day to ask again must be to come."),
        "nobody knows who asked; decide whose reply it is first": _(
            "Nobody knows who asked. Decide whose reply it is first."
        ),
        "write the answer first; the facts do not state it": _(
            "Write the answer first: what we hold does not state it."
        ),
        "the text names an employer this person may not be told of yet; take the name out": _(
            "The text names an employer this person may not be told of yet. Take the name out."
        ),
        "the text sounds like a promise; only the hiring manager's commitment promises anything": _(
            "The text sounds like a promise. Only the hiring manager's commitment promises anything: please reword it."
        ),
        "the answer can't have come in the future; check the date and time": _(
            "The answer can't have come in the future. Check the date and time."
        ),
    }


def farewells() -> dict[str, str]:
    """Why an entry can't be closed with a letter."""
    return {
        "only an entry that waits for a person can be closed here": _(
            "Only an entry that waits for a person can be closed here."
        ),
        "the requisition is not closed; the letter would not be true": _(
            "The requisition is not closed in the ATS, so the letter would not be true."
        ),
        "a promise is still owed to this person: keep it, or record that they waived it": _(
            "A promise is still owed to this person. Keep it, or record that they waived it."
        ),
        "the letter needs a subject and a text": _("The letter needs a subject and a text."),
    }


def apologies() -> dict[str, str]:
    """Why no apology can be written."""
    return {
        "this promise isn't broken; there is nothing to apologise for": _(
            "This promise is not broken; there is nothing to apologise for."
        ),
        "this person's data has been erased; nobody can be written to": _(
            "Nobody can be written to: this person's data has been erased."
        ),
        "this person asked not to be written to": _("This person asked not to be written to."),
    }
