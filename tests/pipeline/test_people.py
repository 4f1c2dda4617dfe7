"""People changed, merged or deleted in the ATS, and two employers who never see each other's (R11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from connectors.records import Candidate, Event, EventKind
from plugin.pipeline.people import source_of
from plugin.rows import Entry, Mail, PersonKey, Profile, Promise, Scout, Task
from plugin.scouting.suppression import is_suppressed
from plugin.work.jobs import owe
from plugin.work.sweeps import Seen, _worth_reading


def ring(world: Any, kind: str, id: str, new_id: str = "") -> None:
    with world.work.writing() as session:
        owe(
            session,
            "read_person",
            f"test:{kind}:{id}:{world.clock.now().isoformat()}",
            employer_id=world.connection.employer_id,
            connection_id=world.connection.key,
            payload={"kind": kind, "ats_id": id, "new_id": new_id},
        )
    world.work_all()


def entered(world: Any) -> Scout:
    scout: Scout = world.scout()
    world.yes(scout)
    world.work_all()
    return scout


def test_a_merge_is_followed_to_the_person_and_their_application(world: Any) -> None:
    scout = entered(world)
    entry, ats = world.entry(scout), world.ats
    old = entry.ats_candidate_id
    ats.people["950"] = replace(ats.people.pop(old), id="950")
    ats.standing["951"] = replace(ats.standing.pop(entry.ats_application_id), id="951", candidate_id="950")
    ring(world, "candidate_merged", old, "950")
    now = world.entry(scout)
    assert (now.ats_candidate_id, now.ats_application_id) == ("950", "951")
    with world.work.reading() as session:
        assert session.exec(select(Profile.ats_candidate_id)).one() == "950"
    assert len(ats.notes) == 1, "nothing is written twice"


def test_deleted_there_is_asked_about_here_and_the_promise_stands(world: Any) -> None:
    scout = entered(world)
    old = world.entry(scout).ats_candidate_id
    world.ats.people.pop(old)
    for _ in range(2):
        ring(world, "candidate_deleted", old)
    assert {task.kind for task in world.tasks()} == {"promise_on_deleted", "erasure_question"}
    assert world.promise(scout).state == "owed"
    with world.work.reading() as session:
        assert session.exec(select(Profile.ats_candidate_id)).one() == ""


def test_somebody_deleted_is_known_by_their_application_where_the_ats_names_that_alone(world: Any) -> None:
    entry = world.entry(entered(world))
    gone = [Seen(Event(EventKind.CANDIDATE_DELETED, id), "now") for id in (entry.ats_application_id, "of-nobody-here")]
    with world.work.reading() as session:
        [read] = _worth_reading(session, world.connection, gone, first=False)
    assert read.event == Event(EventKind.CANDIDATE_DELETED, entry.ats_candidate_id)


def test_whom_the_ats_brought_us_is_erased_with_them(world: Any) -> None:
    scout = entered(world)
    old = world.entry(scout).ats_candidate_id
    with world.work.writing() as session:
        profile = session.exec(select(Profile)).one()
        profile.source = source_of(world.connection)
        session.add(profile)
    world.ats.people[old] = Candidate(old, "(Anonymized)", "")
    ring(world, "candidate", old)
    with world.work.reading() as session:
        assert session.exec(select(Profile)).all() == []
        assert scout.profile_id not in session.exec(select(PersonKey.person)).all()
    assert world.entry(scout).because == "person_deleted"


def test_a_late_doorbell_deletes_nobody_who_is_there(world: Any) -> None:
    scout = entered(world)
    ring(world, "candidate_deleted", world.entry(scout).ats_candidate_id)
    assert world.entry(scout).because == "" and world.tasks("erasure_question") == []


def test_do_not_contact_is_heard(world: Any) -> None:
    scout = entered(world)
    id = world.entry(scout).ats_candidate_id
    world.ats.people[id] = replace(world.ats.people[id], do_not_contact=True)
    ring(world, "candidate", id)
    with world.work.reading() as session:
        assert is_suppressed(
            session,
            world.work.vault,
            employer_id=scout.employer_id,
            address=f"person1.{world.connection.key}@example.com",
        )


def test_a_stranger_is_none_of_our_business(world: Any) -> None:
    ring(world, "candidate_deleted", "12345")
    assert "candidate" not in world.ats.reads


def test_somebody_erased_before_the_entry_is_left_to_a_person(world: Any) -> None:
    from plugin.people import delete_profiles

    scout = world.scout()
    world.yes(scout)
    with world.work.writing() as session:
        delete_profiles(session, world.work.vault, scout.employer_id, [scout.profile_id])
    world.work_all()
    assert (world.entry(scout).state, world.entry(scout).because) == ("deciding", "erased")
    assert world.ats.people == {} and world.mails("candidate_receipt") == []


@settings(max_examples=10)
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 1), st.sampled_from(["yes", "close", "open", "tick", "delete", "days"])), max_size=10
    )
)
def test_two_employers_never_meet(new_world: Any, clock: Any, steps: list[tuple[int, str]]) -> None:
    """The same people, requisition numbers and candidate ids at both: everything stays where it belongs."""
    later = (clock.now() + timedelta(days=90)).date()
    worlds = [new_world(reply_deadline=later), new_world(reply_deadline=later)]
    scouts = [
        world.scout(profile_id="u1", name="山田 太郎", email="same@example.com", phone="090-1") for world in worlds
    ]
    for at, step in steps:
        world, other = worlds[at], worlds[1 - at]
        before = _picture(other)
        if step == "yes":
            world.yes(scouts[at])
        elif step in ("close", "open"):
            world.set_status("closed" if step == "close" else "open")
        elif step == "delete":
            for id in list(world.ats.people):
                ring(world, "candidate", id)
                del world.ats.people[id]
                ring(world, "candidate_deleted", id)
        elif step == "days":
            clock.move(timedelta(days=3))
        else:
            world.tick()
            continue  # work of both is done
        if step != "delete":
            assert _picture(other) == before
            world.work_all()
    for world in worlds:
        _belongs(world)


def _picture(world: Any) -> Any:
    with world.work.reading() as session:
        here = world.connection.employer_id
        return [
            [row.model_dump() for row in session.exec(select(table).where(col(table.employer_id) == here))]
            for table in (Entry, Promise, Task, Mail)
        ]


def _belongs(world: Any) -> None:
    with world.work.reading() as session:
        here = world.connection.employer_id
        for table in (Entry, Promise, Task, Mail):
            for row in session.exec(select(table).where(col(table.employer_id) == here)):
                assert row.connection_id == world.connection.key
        for entry in session.exec(select(Entry).where(col(Entry.employer_id) == here)):
            assert session.get_one(Scout, entry.scout_id).employer_id == here
            if entry.state == "entered" and entry.because != "person_deleted":
                assert entry.ats_candidate_id in world.ats.people


def _brought_by_the_ats(world: Any) -> None:
    with world.work.writing() as session:
        for profile in session.exec(select(Profile)):
            profile.source = source_of(world.connection)
            session.add(profile)


def test_a_change_that_rings_after_a_merge_erases_nobody(world: Any) -> None:
    """Edited, then merged; the bell of the edit is heard last or the merge's is late: the person is still somewhere."""
    scout = entered(world)
    _brought_by_the_ats(world)
    old = world.entry(scout).ats_candidate_id
    world.ats.people["950"] = replace(world.ats.people.pop(old), id="950")
    ring(world, "candidate", old)
    with world.work.reading() as session:
        assert session.exec(select(Profile.profile_id)).all() == [scout.profile_id]
    ring(world, "candidate_merged", old, "950")
    assert world.entry(scout).ats_candidate_id == "950"


def test_merged_twice_and_told_late_asks_a_person_and_erases_nobody(world: Any) -> None:
    scout = entered(world)
    _brought_by_the_ats(world)
    old = world.entry(scout).ats_candidate_id
    world.ats.people["960"] = replace(world.ats.people.pop(old), id="960")
    ring(world, "candidate_merged", old, "950")  # 950 was merged into 960 meanwhile
    with world.work.reading() as session:
        assert session.exec(select(Profile.profile_id)).all() == [scout.profile_id]
    assert {task.kind for task in world.tasks()} == {"promise_on_deleted", "erasure_question"}


def test_an_erased_persons_deliveries_and_letters_of_unknown_origin_cannot_be_read(world: Any) -> None:
    from plugin.people import delete_profiles
    from plugin.rows import Delivery, Job, Reply
    from plugin.work.deliveries import accept

    scout = entered(world)
    address = f"person1.{world.connection.key}@example.com"
    candidate = world.entry(scout).ats_candidate_id
    vault, employer_id = world.work.vault, scout.employer_id
    with world.work.writing() as session:

        def arrive(door: str, body: bytes) -> Delivery:
            found = accept(session, vault, connection=world.connection, door=door, headers={}, body=body)
            assert found is not None
            return found

        answer, stranger, bell = arrive("mail", b"yes"), arrive("mail", b"other"), arrive("webhook", b"{}")
        untouched = arrive("mail", b"somebody else")
        for delivery, person in (
            (answer, scout.profile_id),
            (stranger, "mail:" + vault.hash_email(employer_id, address)),
        ):
            session.add(
                Reply(
                    employer_id=employer_id,
                    connection_id=world.connection.key,
                    delivery_id=delivery.key,
                    person=person,
                    sealed_text=vault.seal_for(session, employer_id, person, "words"),
                    received_at=world.clock.now(),
                    created_at=world.clock.now(),
                )
            )
        owe(
            session,
            "read_person",
            f"{world.connection.key}:{candidate}:delivery:{bell.key}:0:0",
            employer_id=employer_id,
            connection_id=world.connection.key,
        )
        keys = [answer.key, stranger.key, bell.key, untouched.key]
    with world.work.writing() as session:
        delete_profiles(session, vault, employer_id, [scout.profile_id])
    with world.work.reading() as session:
        assert [session.get_one(Delivery, key).sealed_key is None for key in keys] == [True, True, True, False]
        left = session.exec(select(PersonKey.person).where(col(PersonKey.employer_id) == employer_id)).all()
        assert left == []
        # What was not read yet has nothing left to be read.
        assert session.exec(select(Job).where(col(Job.kind) == "read_mail", col(Job.state) == "parked")).all() == []
