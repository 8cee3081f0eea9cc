"""The reading of intents: its examples, the regression on them, and the command that measures it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from assistant import intent_examples
from assistant.cli import cli
from assistant.errors import PromptError
from assistant.intent_evaluation import (
    LabelledMessage,
    calibration_error,
    guesses,
    measure,
    of_examples,
    read_messages,
)
from assistant.intent_examples import (
    HEAD,
    INTENTS,
    TAIL,
    Examples,
    features,
    load_examples,
    read_examples,
    said,
    vectors_of,
)
from assistant.intents import GROUPS, Intents, group_of, learn, left_out, open_intents
from assistant.models import shipped
from assistant.prompting import Prompt
from assistant.types import Intent
from retrieval.encoder import HashEncoder, SentenceEncoder
from retrieval.errors import JudgementError
from retrieval.types import Vectors

LABELS = Path(__file__).parents[2] / "benchmarks" / "labels" / "intents.tsv"
TOY = Examples(
    "1",
    ("a red kettle", "a blue kettle", "a kettle with a lid", "hello", "hello there", "oh hello", "退货", "怎么退货"),
    ("search", "search", "search", "greeting", "greeting", "greeting", "policy", "policy"),
)


class CountingEncoder(HashEncoder):
    """Remembers how many texts it was given."""

    def __init__(self) -> None:
        super().__init__(64)
        self.texts = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.texts += len(texts)
        return super().encode(texts)


def taught(examples: Examples = TOY) -> Intents:
    encoder = HashEncoder(64)
    return learn(examples, encoder, vectors_of(examples, encoder))


@pytest.fixture(scope="module")
def intents() -> Intents:
    return open_intents(HashEncoder())


# --- the examples


def test_every_intent_has_its_dozens_of_examples() -> None:
    examples = load_examples()
    for intent in INTENTS:
        assert examples.intents.count(intent) >= 25, intent
    assert len(set(map(said, examples.texts))) == len(examples.texts)  # none twice, so none under two intents


def test_no_labelled_message_is_an_example() -> None:
    known = {said(text) for text in load_examples().texts}
    assert not [row.text for row in read_messages(LABELS) if said(row.text) in known]


@pytest.mark.parametrize(
    ("text", "named"),
    [("[searching]\na kettle", "searching"), ("a kettle\n[search]", "a kettle"), ("[search]\na kettle", "two intents")],
)
def test_a_broken_file_of_examples_is_named(text: str, named: str) -> None:
    with pytest.raises(PromptError, match=named):
        read_examples(Prompt("toys", "1", text))


def test_of_a_long_message_both_ends_are_read() -> None:
    message = "first " + "x" * 5000 + " last"
    assert said(message).startswith("first") and said(message).endswith("last")
    assert len(said(message)) <= HEAD + TAIL + 1


def test_a_slip_changes_only_some_pieces_and_numbers_read_alike() -> None:
    _, right = features("compare")
    _, slipped = features("comapre")
    assert right.keys() & slipped.keys() and right.keys() != slipped.keys()
    assert features("order 10023") == features("order 99881")
    assert features("robin@example.com") == features("kim@example.org")


# --- the cache


def test_vectors_are_encoded_once_and_then_read(tmp_path: Path) -> None:
    encoder = CountingEncoder()
    first = vectors_of(TOY, encoder, tmp_path)
    assert encoder.texts == len(TOY.texts)
    assert np.array_equal(vectors_of(TOY, encoder, tmp_path), first)
    assert encoder.texts == len(TOY.texts)


@pytest.mark.parametrize("content", [b"", b"not an array", b"\x93NUMPY\x01\x00"])
def test_a_broken_cache_is_made_anew(tmp_path: Path, content: bytes) -> None:
    vectors = vectors_of(TOY, HashEncoder(64), tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    assert np.array_equal(vectors_of(TOY, HashEncoder(64), tmp_path), vectors)
    assert np.array_equal(np.load(file), vectors)


def test_a_cache_of_the_wrong_shape_or_with_nan_is_made_anew(tmp_path: Path) -> None:
    vectors = vectors_of(TOY, HashEncoder(64), tmp_path)
    (file,) = tmp_path.iterdir()
    for wrong in (vectors[:2], np.full_like(vectors, np.nan), vectors.astype(np.float64)):
        np.save(file, wrong)
        assert np.array_equal(vectors_of(TOY, HashEncoder(64), tmp_path), vectors)


def test_changed_examples_replace_their_old_cache_and_leave_other_encoders_alone(tmp_path: Path) -> None:
    vectors_of(TOY, HashEncoder(64), tmp_path)
    vectors_of(TOY, HashEncoder(32), tmp_path)
    vectors_of(Examples("2", TOY.texts[:6], TOY.intents[:6]), HashEncoder(64), tmp_path)
    assert sorted(np.load(file).shape for file in tmp_path.iterdir()) == [(6, 64), (8, 32)]


def test_where_nothing_can_be_written_it_goes_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: Path, _vectors: Vectors) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(intent_examples, "_write", full)
    assert len(vectors_of(TOY, HashEncoder(64), tmp_path)) == len(TOY.texts)
    assert len(vectors_of(TOY, HashEncoder(64), tmp_path / "nowhere")) == len(TOY.texts)
    assert not list(tmp_path.iterdir())


# --- the guess


@pytest.mark.parametrize(
    ("message", "intent"), [("a green kettle", "search"), ("hello you", "greeting"), ("我想退货", "policy")]
)
def test_what_is_like_an_example_is_taken_for_it(message: str, intent: Intent) -> None:
    assert taught().guess(message).intent == intent


@pytest.mark.parametrize("message", ["", "  \n", "???", "👍", "\ud800", "привет"])
def test_what_cannot_be_read_is_unclear(message: str, intents: Intents) -> None:
    guess = intents.guess(message)
    assert (guess.intent, guess.group, guess.confidence) == ("unclear", "unclear", 1.0)


@given(st.text(max_size=3000))
def test_any_text_gets_probabilities_that_add_up(message: str) -> None:
    guess = taught().guess(message)
    assert sum(guess.probabilities.values()) == pytest.approx(1)
    assert 0 <= guess.margin <= guess.confidence <= 1 + 1e-9
    assert guess.confidence == guess.probabilities[guess.intent] and guess.intent != guess.runner_up
    assert guess.group in GROUPS and guess.group_confidence <= 1 + 1e-9


def test_a_known_vector_saves_the_encoding() -> None:
    encoder = CountingEncoder()
    opened = learn(TOY, encoder, vectors_of(TOY, encoder))
    vector = encoder.encode(["a green kettle"])[0]
    before = encoder.texts
    given_vector = opened.guess("a green kettle", vector=vector)
    assert encoder.texts == before
    assert given_vector == opened.guess("a green kettle")


def test_the_best_of_some_is_weighed_among_them() -> None:
    guess = taught().guess("a green kettle")
    best, share = guess.best_of(["greeting", "policy"])
    assert best in ("greeting", "policy") and 0.5 <= share <= 1
    assert guess.best_of(["search"]) == ("search", 1.0)


def test_all_about_products_is_one_group() -> None:
    assert {group_of(intent) for intent in INTENTS} == set(GROUPS)
    assert group_of("why_not") == group_of("search") == "product"
    assert group_of("order") == "order"


def test_leaving_out_in_closed_form_is_leaving_out() -> None:
    from assistant import intents as module

    vectors = vectors_of(TOY, HashEncoder(64))
    names, target = module._target(TOY)
    kernel, _, _ = module._kernel(TOY, vectors)
    centred = target - target.mean(axis=0)
    fast = module._left_out(kernel.table, target)
    for out in range(len(target)):
        rest = [row for row in range(len(target)) if row != out]
        among = kernel.table[np.ix_(rest, rest)] + module._RIDGE * np.eye(len(rest))
        slow = kernel.table[out, rest] @ np.linalg.solve(among, centred[rest]) + target.mean(axis=0)
        assert fast[out] == pytest.approx(slow)
    assert len(left_out(TOY, vectors)) == len(TOY.texts) and names[0] == "greeting"


def test_words_alone_read_most_labelled_messages(intents: Intents) -> None:
    rows = read_messages(LABELS)
    report = measure(rows, [intents.guess(row.text) for row in rows], seed=7)
    assert report.groups.mean > 0.85  # the fake knows no synonyms; the real model is measured in docs/BENCHMARKS.md


@pytest.mark.models
def test_with_the_bundled_model_nine_messages_in_ten_are_read_right() -> None:
    rows = read_messages(LABELS)
    report = measure(rows, guesses(open_intents(SentenceEncoder("", shipped("encoder"))), rows), seed=7)
    assert report.accuracy.mean > 0.9
    assert report.groups.mean > 0.92


# --- measuring


def test_a_report_counts_what_is_mistaken_for_what() -> None:
    opened = taught()
    rows = [
        LabelledMessage("a green kettle", ("search",), "en"),
        LabelledMessage("hello you", ("small_talk", "greeting"), "en"),  # either is right
        LabelledMessage("hello again", ("order",), "zh"),
    ]
    report = measure(rows, [opened.guess(row.text) for row in rows], seed=7)
    assert report.accuracy.mean == pytest.approx(2 / 3)
    assert report.confusion == {("order", "greeting"): 1}
    assert (report.intents["greeting"].precision, report.intents["greeting"].recall) == (0.5, 1.0)
    assert (report.intents["order"].precision, report.intents["order"].recall) == (None, 0.0)
    assert {name: fine.mean for name, (fine, _) in report.parts.items()} == {"en": 1.0, "zh": 0.0}
    assert [row.text for row, _ in report.mistakes] == ["hello again"]
    assert report.coverage[0][:2] == (0.0, 1.0)


def test_calibration_is_the_gap_between_confidence_and_share_right() -> None:
    assert calibration_error([1.0, 1.0], [True, True]) == 0
    assert calibration_error([0.75] * 4, [True, True, True, False]) == 0
    assert calibration_error([1.0, 0.05], [False, False]) == pytest.approx((1.0 + 0.05) / 2)


@pytest.mark.parametrize(
    ("text", "named"),
    [("hello", "line 1.*tab"), ("message\tintent\nhello\thi", "line 2.*'hi'"), ("\n", "no labelled message")],
)
def test_a_broken_file_of_labels_is_named(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "labels.tsv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(JudgementError, match=named):
        read_messages(file)
    with pytest.raises(JudgementError, match="cannot be read"):
        read_messages(tmp_path / "nowhere.tsv")


@pytest.fixture
def hashed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STORECLERK_ENCODER__KIND", "hash")
    return tmp_path


def test_the_command_measures_a_file(hashed: Path) -> None:
    file = hashed / "labels.tsv"
    file.write_text("message\tintent\nthanks a bunch\tthanks\nwhere is my parcel\torder|policy\n", encoding="utf-8")
    result = CliRunner().invoke(
        cli, ["evaluate", "intents", "--labels", str(file), "--data-dir", str(hashed), "--json"]
    )
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["accuracy"]["messages"] == 2 and found["encoder"] == "hash-256"
    assert found["accuracy"]["mean"] == 1.0 and found["mistakes"] == []
    assert list(hashed.glob("intents-*.npy"))


def test_the_command_without_a_file_leaves_each_example_out(hashed: Path) -> None:
    result = CliRunner().invoke(cli, ["evaluate", "intents", "--data-dir", str(hashed / "none")])
    assert result.exit_code == 0, result.output
    assert f"{len(of_examples(load_examples())):,} messages" in result.output
    assert "precision" in result.output and not (hashed / "none").exists()


def test_a_wrong_label_ends_the_command_with_one_line(hashed: Path) -> None:
    file = hashed / "labels.tsv"
    file.write_text("hello\thi\n", encoding="utf-8")
    result = CliRunner().invoke(cli, ["evaluate", "intents", "--labels", str(file), "--data-dir", str(hashed)])
    assert result.exit_code == 1
    assert "'hi'" in result.stderr and len(result.stderr.splitlines()) == 1
