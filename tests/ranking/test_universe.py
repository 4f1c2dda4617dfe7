"""The invented universe: the same for a seed, bilingual, plainly fictitious, with gaps."""

from __future__ import annotations

from ranking.facts import read_facts
from ranking.profiles import strip_banned
from ranking.universe import CONTACT_BASES, GeneratedPerson, generate


def test_a_seed_writes_the_same_people_and_another_others() -> None:
    assert list(generate(20, 3)) == list(generate(20, 3))
    assert list(generate(20, 3)) != list(generate(20, 4))
    assert list(generate(5, 3)) == list(generate(20, 3))[:5]


def test_about_sixty_percent_write_japanese(people: list[GeneratedPerson]) -> None:
    share = sum(person.language == "ja" for person in people) / len(people)
    assert 0.5 < share < 0.7


def test_everybody_is_plainly_invented(people: list[GeneratedPerson]) -> None:
    for person in people:
        assert person.email.split("@")[1] in ("example.jp", "example.com")
        assert "架空" in person.company or "Fictional" in person.company
        assert person.phone.startswith("070-0000-")
        assert person.name not in person.profile.text
        assert person.contact_basis in CONTACT_BASES
        assert (person.basis_at is None) == (person.contact_basis == "none")
    assert len({person.email for person in people}) == len(people)


def test_fields_have_gaps_and_text_says_what_fields_say(people: list[GeneratedPerson]) -> None:
    desired = [read_facts(person.profile).profile.desired_pay for person in people]
    assert 0.3 < sum(pay is None for pay in desired) / len(people) < 0.6
    for person in people:
        facts = read_facts(person.profile)
        assert facts.years is not None
        if person.profile.japanese is not None:
            assert facts.profile.japanese == person.profile.japanese
        assert not strip_banned(person.profile.text)[1]


def test_texts_have_the_length_of_a_short_resume(people: list[GeneratedPerson]) -> None:
    lengths = sorted(len(person.profile.text) for person in people)
    assert lengths[0] >= 150 and lengths[len(lengths) // 2] >= 300 and lengths[-1] <= 1200
