"""Codes of rows in the reader's words: kinds of tasks, jobs and intents, states of letters, promises and entries."""

from __future__ import annotations

from plugin.doors.page import locale
from plugin.doors.page import translate as _
from plugin.scouting.may_write import CODES, reason_text


def task(kind: str) -> tuple[str, str]:
    """What a task asks: a title, and what to do about it."""
    texts = {
        "triage": (_("A reply to decide"), _("Read it and say what it means.")),
        "contradiction": (
            _("A yes with a condition"),
            _("It asks for something the description states differently. Answer the person, then decide the reply."),
        ),
        "question": (_("A question from a candidate"), _("Answer by mail or telephone, then mark this done.")),
        "later": (_("Wants to hear from you later"), _("Note the day: a task opens then by itself.")),
        "later_now": (
            _("The day has come they asked to hear from you"),
            _("Write or call if it still fits, then mark this done."),
        ),
        "via_agent": (
            _("Somebody else answers for a candidate"),
            _("Speak with the candidate or their agent, then log the answer and mark this done."),
        ),
        "data_request": (
            _("Asks for their data to be shown, corrected or deleted"),
            _("The law asks for an answer without delay. Answer the person, then mark this done."),
        ),
        "book_meeting": (
            _("A candidate chose a time: enter the meeting in the ATS"),
            _(
                "Enter the meeting at the chosen time in the ATS; this task ends when it stands there. If the time does"
                " not fit, offer others inside the promise today."
            ),
        ),
        "erase_in_ats": (
            _("Somebody was erased here: decide about their record in the ATS"),
            _(
                "Their record in the ATS carries a note. Delete or anonymise it there if nothing else requires it, then"
                " mark this done."
            ),
        ),
        "withdraw": (
            _("A candidate withdraws"),
            _("Nobody is taken out of the ATS by us: do so there if that is right, then mark this done."),
        ),
        "reschedule": (_("Asks for another time"), _("Offer other times inside the promise, then mark this done.")),
        "referral": (_("Names somebody else"), _("Ask for that person's consent before writing to them.")),
        "possible_duplicate_scout": (
            _("May be somebody who is known already"),
            _("Compare the two records before a letter leaves."),
        ),
        "possible_duplicate": (
            _("May be in the ATS already"),
            _("Compare the two people and say whether they are the same."),
        ),
        "entry_stuck": (_("A yes could not be entered in the ATS"), _("Read why, mend it, then send it on its way.")),
        "yes_again": (
            _("Says yes again after the entry was closed"),
            _("Look at the entry and answer the person, then mark this done."),
        ),
        "holding": (
            _("A yes waits for the requisition to open"),
            _("Open it in the ATS, or decide what to do with this person."),
        ),
        "holding_over": (
            _("A yes has waited too long"),
            _(
                "Its clock has run out and nothing was decided. Decide today: enter it, or answer the person and close it."
            ),
        ),
        "holding_closed": (
            _("A yes on a requisition that is closed"),
            _("Answer the person, then close the entry or enter it all the same."),
        ),
        "promise_stuck": (
            _("A promise could not be looked after"),
            _("Something unexpected stands in its way; have the log looked at. The clock runs on: see to the meeting."),
        ),
        "promise_soon": (_("A promise falls due"), _("Arrange the meeting in the ATS before the date.")),
        "promise_late": (
            _("A meeting stands after the date promised"),
            _("Move it inside the promise, or record that the candidate chose the later day."),
        ),
        "promise_on_closed": (
            _("A promise on a closed requisition"),
            _("It binds all the same: arrange the meeting, or record that the candidate waived it."),
        ),
        "promise_on_rejected": (
            _("A promise to somebody rejected in the ATS"),
            _("It binds all the same: arrange the meeting, or record that the candidate waived it."),
        ),
        "promise_on_deleted": (
            _("A promise to somebody deleted in the ATS"),
            _("Say whether it can still be kept, or record that the candidate waived it."),
        ),
        "promise_doubt": (
            _("A meeting that kept a promise is gone from the ATS"),
            _("See whether it took place, then mark this done."),
        ),
        "promises_unread": (
            _("Promises could not be checked"),
            _(
                "The ATS did not answer, or shows no meetings. Nothing breaks until it does, or until you say on the"
                " promise's page what became of it."
            ),
        ),
        "mailbox_unread": (
            _("The mailbox can't be read"),
            _("Answers wait there unread. Check the mailbox's address and password, then mark this done."),
        ),
        "by_hand": (
            _("A letter taken to be sent by hand"),
            _("Send it, or say that it was not sent: until then it counts as leaving."),
        ),
        "apology": (_("A promise was broken"), _("Read the drafted apology, change it as you see fit, and send it.")),
        "succession": (
            _("A promise needs somebody to keep it"),
            _("Name a colleague who meets the candidate instead."),
        ),
        "unreadable_decision": (
            _("A decision in the ATS could not be read"),
            _("The hiring manager has been told. Nothing was committed."),
        ),
        "decision_by_another": (
            _("Somebody else than the hiring manager decided in the ATS"),
            _("Nothing was committed. Check who may edit the decision fields."),
        ),
        "decision_for_earlier_shortlist": (
            _("A decision belongs to an earlier shortlist"),
            _("The hiring manager has been asked to decide on the newer one."),
        ),
        "manager_unreachable": (
            _("The hiring manager can't be reached by mail"),
            _("Put their address right in the ATS, then have a fresh link sent."),
        ),
        "no_place_in_ats": (
            _("The shortlist is not shown in the ATS"),
            _("Do there what stands below. Until then the hiring manager is asked by mail alone."),
        ),
        "no_manager": (
            _("A requisition has no hiring manager"),
            _("Name one here or in the ATS: the shortlist is ready and nobody has been asked."),
        ),
        "guidance_exception": (
            _("The criteria claim a lawful exception (age, positive action, disability quota)"),
            _("Have HR examine it and state it in the posting if it holds. It was not used for the order."),
        ),
        "mail_impossible": (
            _("A mail could not be written"),
            _("A sender address or the colleague's address is missing. Set it, then mark this done."),
        ),
        "mail_refused": (
            _("A mail to a colleague was refused"),
            _("Check the address in the ATS, then mark this done."),
        ),
        "mail_bounced": (_("A mail to a colleague came back"), _("Check the address in the ATS, then mark this done.")),
        "unknown_mail": (
            _("Nobody knows whether a mail left"),
            _("The mail server's answer was lost. It is never sent twice: say what became of it."),
        ),
        "letter_refused": (
            _("Letters were held back"),
            _("They lack something the law asks for, or sound like a promise. Mend it, then release the batch again."),
        ),
        "mail_leak": (
            _("A mail to a candidate was held back: it names the employer too early"),
            _("Record their consent to be introduced, and it leaves by itself; else write to them without the name."),
        ),
        "parked_job": (_("Work was set aside"), _("Read the reason below, mend it, then try again.")),
        "erasure_question": (
            _("Somebody known here was deleted in the ATS"),
            _("Decide whether their data is to be erased here as well."),
        ),
    }
    return texts.get(kind, (kind, ""))


def job(kind: str) -> str:
    """A piece of owed work."""
    texts = {
        "read_delivery": _("Read a webhook"),
        "read_requisition": _("Read a requisition"),
        "read_person": _("Read a person"),
        "read_application": _("Read an application"),
        "calibrate": _("Calibrate"),
        "post_shortlist": _("Post the shortlist"),
        "post_message": _("Post a message"),
        "nudge": _("Ask the hiring manager"),
        "commitment_due": _("Put a commitment in force"),
        "prepare_batch": _("Prepare letters"),
        "send_scout": _("Send a letter"),
        "send_follow_up": _("Send a follow-up"),
        "send_mail": _("Send a mail"),
        "read_mail": _("Read a mail"),
        "add_entry": _("Enter a yes in the ATS"),
        "entry_notes": _("Add notes to an entry"),
        "move_entry": _("Move an entry on"),
        "release_holding": _("Enter those who waited"),
        "holding_over": _("See who has waited too long"),
        "open_reminder": _("Remind of somebody to ask again"),
        "preview_files": _("Read attached files"),
        "sweep_connection": _("Look through the ATS"),
        "poll_mailbox": _("Look into the mailbox"),
        "promise_clock": _("Look after promises"),
        "apply_profiles": _("Update the profile store"),
    }
    return texts.get(kind, kind)


def intent(code: str) -> str:
    """What a reply says."""
    texts = {
        "interested": _("Yes, interested"),
        "question": _("Asks something"),
        "later": _("Not now, later"),
        "declined": _("No, thank you"),
        "opt_out": _("Do not write again"),
        "withdraw": _("Withdraws"),
        "reschedule": _("Another time"),
        "referral": _("Names somebody else"),
        "via_agent": _("Answered by or through an agent"),
        "auto_reply": _("Automatic answer"),
        "bounce": _("Came back"),
        "unclear": _("Unclear"),
    }
    return texts.get(code, code)


def topic(code: str) -> str:
    """What a question asks."""
    texts = {
        "employer_name": _("which employer"),
        "document_screening": _("screening of documents"),
        "by_phone": _("talking by telephone"),
        "pay": _("pay"),
        "remote": _("remote work"),
        "source_of_address": _("where the address is from"),
        "other": _("something else"),
    }
    return texts.get(code, code)


def reason(code: str) -> str:
    """Why somebody declines."""
    texts = {
        "not_looking": _("not looking"),
        "satisfied": _("content where they are"),
        "pay": _("pay"),
        "place": _("place of work"),
        "role": _("the role"),
        "timing": _("the time"),
        "company": _("the company"),
        "process": _("the process"),
        "other": _("something else"),
    }
    return texts.get(code, code)


def doubt(code: str) -> str:
    """Why a reply waits for a person."""
    texts = {
        "mixed": _("It says more than one thing."),
        "differs": _("Two parts of the mail say different things."),
        "condition": _("The yes comes with a condition."),
        "short": _("It is a word or two: agreement, or only politeness."),
        "automatic": _("It may be an automatic answer."),
        "broken": _("The mail is damaged."),
        "too_long": _("The mail is too long to be read by rule."),
        "by_sender": _("It was matched by its sender alone."),
        "other_sender": _("It answers our letter from another address."),
        "several_letters": _("It answers several letters at once."),
        "no_match": _("It is not known which letter it answers."),
        "staff": _("It answers a mail to a colleague."),
        "said_no_since": _("A later mail of theirs says no."),
        "after_opt_out": _("They asked earlier not to be written to."),
        "bounced_before": _("Our letter to them came back."),
        "taken_back": _("A colleague took their decision back."),
    }
    return texts.get(code, _("The words do not settle it."))


def medium(code: str) -> str:
    texts = {
        "mail": _("mail"),
        "page": _("the candidate's page"),
        "phone": _("telephone"),
        "line": _("LINE"),
        "bizreach": _("BizReach"),
        "linkedin": _("LinkedIn"),
        "wantedly": _("Wantedly"),
        "other": _("another medium"),
    }
    return texts.get(code, code)


def scout_state(code: str) -> tuple[str, str]:
    """A letter's state and its tone."""
    texts = {
        "drafted": (_("drafted"), "wait"),
        "queued": (_("released"), "wait"),
        "sending": (_("being sent"), "wait"),
        "sent": (_("sent"), "good"),
        "unknown": (_("unknown whether sent"), "bad"),
        "refused": (_("not delivered"), "bad"),
        "stopped": (_("stopped"), "off"),
        "excluded": (_("left out"), "off"),
    }
    return texts.get(code, (code, "off"))


def batch_state(code: str) -> tuple[str, str]:
    texts = {
        "drafted": (_("Waits for release"), "wait"),
        "released": (_("Released"), "wait"),
        "sending": (_("Being sent"), "wait"),
        "recalled": (_("Recalled"), "off"),
        "finished": (_("Finished"), "good"),
        "stopped": (_("Stopped"), "off"),
    }
    return texts.get(code, (code, "off"))


def why(reasons: str) -> str:
    """Why a letter was left out or stopped: the codes of its row, said."""
    return _(", ").join(_reason(code) for code in reasons.split(",") if code)


def _reason(code: str) -> str:
    if code in CODES:
        return reason_text(code, locale())
    if code.startswith("smtp_"):
        return _("refused by their mail server (%(code)s)", code=code.removeprefix("smtp_"))
    texts = {
        "nothing_to_say": _("nothing in the profile gives a reason to write"),
        "commitment_undone": _("the commitment was undone"),
        "commitment_superseded": _("a newer decision replaced the commitment"),
        "commitment_stale": _("what the commitment rested on changed"),
        "commitment_refused": _("the commitment did not come into force"),
        "requisition_closed": _("the requisition was closed"),
        "closed": _("the requisition was closed"),
        "not_open": _("the requisition is not open"),
        "recalled": _("recalled"),
        "no_commitment": _("no commitment is in force"),
        "not_in_force": _("no commitment is in force"),
        "other_calibration": _("there is a newer calibration"),
        "other_requisition": _("the commitment is another requisition's"),
        "other_manager": _("the hiring manager changed"),
        "requirement_changed": _("the description changed"),
        "guidance_changed": _("the criteria changed"),
        "score_version_changed": _("scores are computed differently now"),
        "no_score": _("no score is stored"),
        "below_line": _("below the line"),
        "excluded": _("kept out by the hiring manager"),
        "cap_reached": _("the agreed number of people is reached"),
        "too_late": _("the reply deadline is too near"),
        "answer_lost": _("the mail server's answer was lost"),
        "not_delivered": _("did not arrive"),
        "bounced": _("came back"),
        "test_run": _("test run: sent to the test address"),
        "legal_missing": _("the letter lacks what the law requires"),
        "sender_missing": _("no sender address is set"),
        "company_missing": _("no company name is set in this language"),
        "origin_unknown": _("it is unknown where the address came from"),
        "promise_wording": _("the text sounds like a promise"),
        "date_wording": _("the text names a date"),
        "kind_wording": _("the text calls the meeting something else than the commitment"),
        "leak": _("the text names the employer too early"),
        "client_unnamed": _("no name of the withheld employer is entered"),
        "client_undescribed": _("the withheld employer is not described in this language"),
    }
    return texts.get(code, code)


def promise_state(code: str) -> tuple[str, str]:
    texts = {
        "owed": (_("owed"), "wait"),
        "scheduled": (_("scheduled"), "wait"),
        "kept": (_("kept"), "good"),
        "broken": (_("broken"), "bad"),
        "waived": (_("waived by the candidate"), "off"),
    }
    return texts.get(code, (code, "off"))


def entry_state(code: str) -> tuple[str, str]:
    texts = {
        "owed": (_("on its way into the ATS"), "wait"),
        "holding": (_("waits for opening"), "wait"),
        "deciding": (_("waits for a person"), "bad"),
        "entered": (_("in the ATS"), "good"),
        "closed": (_("closed here"), "off"),
    }
    return texts.get(code, (code, "off"))


def entry_because(code: str) -> str:
    texts = {
        "requisition_draft": _("The requisition is not open yet."),
        "requisition_closed": _("The requisition is closed."),
        "possible_duplicate": _("This person may be in the ATS already."),
        "erased": _("This person's data has been erased."),
        "consent_missing": _("They have not agreed yet to be introduced to the client by name."),
        "refused": _("The ATS refused the entry."),
        "failed": _("The entry could not be made."),
        "by_hand": _("This ATS takes the entry by hand."),
        "person_deleted": _("This person was deleted in the ATS."),
        "closed_by_hand": _("A colleague has answered the person."),
        "closed_with_letter": _("The person has been told by letter."),
        "anyway": _("To be entered although the requisition is not open."),
        "new_person": _("To be entered as a new person."),
    }
    return texts.get(code, code)


def match_why(code: str) -> str:
    """Why somebody in the ATS may be the same person."""
    texts = {
        "address": _("same mail address"),
        "phone": _("same telephone number"),
        "name": _("same name"),
        "known_id": _("linked to them before"),
        "finished_here": _("was in process here before"),
    }
    return texts.get(code, code)


def introduction_kind(code: str) -> str:
    """Who introduced somebody."""
    texts = {
        "agency": _("an agency"),
        "colleague": _("a colleague"),
        "own": _("we, to this client"),
    }
    return texts.get(code, code)


def consent_how(code: str) -> str:
    """How a person agreed to be introduced with the company named."""
    texts = {
        "reply": _("in a reply"),
        "page": _("on their page"),
        "mail": _("by mail"),
        "telephone": _("by telephone"),
        "in_person": _("in person"),
        "written": _("in writing"),
    }
    return texts.get(code, code)


def introduction_wrong(code: str) -> str:
    """Why an introduction was not recorded."""
    texts = {
        "bad_kind": _("Choose who introduced them."),
        "nobody": _("Write a name."),
        "bad_consent": _("Choose how they agreed."),
        "ends_before": _("It would end before it begins."),
    }
    return texts.get(code, code)
