"""Lessons made from a catalogue: true, checked, and the same for the same seed."""

from __future__ import annotations

import re
from itertools import islice

from assistant.verify import verify
from assistant.vocabulary import build_vocabulary
from assistant.writing_lessons import make_lessons
from retrieval.facets import build_facets
from tests.toys import toy_products

PRODUCTS = toy_products()


def test_the_same_seed_gives_the_same_lessons_and_another_seed_others() -> None:
    assert list(make_lessons(PRODUCTS, 20, 3)) == list(make_lessons(PRODUCTS, 20, 3))
    assert list(make_lessons(PRODUCTS, 20, 3)) != list(make_lessons(PRODUCTS, 20, 4))


def test_what_is_to_be_written_holds_no_digit_and_only_signs_of_the_facts() -> None:
    for lesson in make_lessons(PRODUCTS, 200):
        assert not re.search(r"\d", re.sub(r"@\d", "", lesson.sentence)), lesson
        assert set(re.findall(r"@[1-9]", lesson.sentence)) <= set(re.findall(r"@[1-9]", lesson.facts)), lesson


def test_nearly_all_of_them_pass_the_check_they_are_filtered_by() -> None:
    vocabulary = build_vocabulary(build_facets(PRODUCTS))
    lessons = list(make_lessons(PRODUCTS, 300))
    verdicts = [(verify(lesson.shown, lesson.subject, vocabulary), lesson.shown) for lesson in lessons]
    refused = [(verdict.why, said) for verdict, said in verdicts if not verdict.supported]
    assert len(refused) < 0.1 * len(lessons), refused[:10]


def test_they_cover_both_voices_every_place_and_what_speaks_against() -> None:
    lessons = list(islice(make_lessons(PRODUCTS, 300), 300))
    assert {lesson.voice for lesson in lessons} == {"brief", "friendly"}
    assert {lesson.place for lesson in lessons} == {"first", "more", "catch"}
    assert all((lesson.place == "catch") == (lesson.subject.reasons[0].contribution < 0) for lesson in lessons)
    assert {len(lesson.subject.reasons) for lesson in lessons} == {1, 2}
