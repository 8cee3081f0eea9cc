"""From real answers to items: what the small shop said is sampled, and what lies behind an item is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner
from pydantic import TypeAdapter
from sqlalchemy import Engine, insert, select, text, update

from assistant.answer import answer
from assistant.clerk import Clerk
from assistant.cli import cli
from assistant.database import Feedback, Sessions, open_database
from assistant.dialogue import Dialogue
from assistant.entailment import Gate, OverlapEntailment, Pair
from assistant.errors import ReviewError
from assistant.generators import ScriptedGenerator
from assistant.review_pairs import PLAIN, Rewording
from assistant.review_risk import ENOUGH, UNSURE, Risk, gate_risk, risk_of, version_risk
from assistant.review_sampling import sample
from assistant.review_trace import Fact, facts_of_listing, trace
from assistant.review_types import Item, Strategy
from assistant.reviews import Reviews
from assistant.tables import review_answers, review_items, sessions, turns
from assistant.types import Answer, Done, Dropped
from retrieval.types import Product
from tests.assistant.shop import BY_ID
from tests.assistant.talk import Talk
from tests.assistant.test_reviews import said

ANSWER = TypeAdapter(Answer)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def given(talking_clerk: Clerk) -> list[Answer]:
    """Answers of the small shop: tents, kettles and a backpack, and one that explains nothing."""
    spoken = Talk(talking_clerk, "a tent under $400", "cheaper", "thanks"), Talk(talking_clerk, "a kettle")
    return [each for talk in spoken for each in talking_clerk.sessions.answers(talk.session)]


def keep(engine: Engine, answers: Sequence[Answer], **changes: Any) -> str:
    """These answers, in a conversation of their own; returns its session."""
    session = Sessions(engine).start()
    for each in answers:
        Sessions(engine).keep(Dialogue(), replace(each, session=session, **changes))
    return session


def items(engine: Engine) -> list[Item]:
    return [queued.item for queued in reversed(Reviews(engine).queue("all", limit=1000))]


def explained(answers: Sequence[Answer]) -> set[tuple[str, str]]:
    return {(a.id, r.product.id) for a in answers for r in a.recommendations}


def worded(given: Answer) -> Answer:
    """As if a model had worded the first sentence."""
    first = replace(given.sentences[0], source="model", text="Here is what you asked for.")
    return replace(given, sentences=(first, *given.sentences[1:]))


class TestSampling:
    def test_nothing_stored_is_said(self, engine: Engine) -> None:
        done = sample(engine, strategy="random", count=5)
        assert (done.added, done.considered) == (0, 0)
        assert done.why == "no explanation could be added, 5 were asked for"

    @pytest.mark.parametrize("strategy", ["random", "stratified"])
    def test_every_explanation_becomes_an_item_once(
        self, engine: Engine, given: list[Answer], strategy: Strategy
    ) -> None:
        session = keep(engine, given)
        done = sample(engine, strategy=strategy, count=100, needed=3)
        assert done.added == done.considered == len(explained(given)) > 4
        found = items(engine)
        assert {(i.snapshot.answer.id, i.product_id) for i in found} == explained(given)
        assert sample(engine, strategy=strategy, count=100).added == 0
        one = found[0]
        whole = next(a for a in given if a.id == one.snapshot.answer.id)
        assert one.snapshot.answer == replace(whole, session="")
        assert (one.needed, one.strategy, one.risk, one.why, one.kind) == (3, strategy, 0.0, "", "single")
        assert (one.intent, one.version) == (whole.intent, "scripted + " + whole.versions["prompt"])
        with engine.connect() as db:
            kept = db.execute(select(review_answers.c.session).distinct()).scalars().all()
        assert kept == [session]

    def test_a_run_goes_on_where_another_was_stopped(self, engine: Engine, given: list[Answer], tmp_path: Path) -> None:
        other = tmp_path / "other"
        other.mkdir()
        whole = open_database(other)
        keep(engine, given)
        keep(whole, given)
        for count in (1, 2, 2):
            sample(engine, strategy="random", count=count, seed=3)
        sample(whole, strategy="random", count=5, seed=3)
        drawn = [[(i.snapshot.answer.id, i.product_id) for i in items(e)] for e in (engine, whole)]
        assert drawn[0] == drawn[1]
        whole.dispose()
        assert len(set(drawn[0])) == 5

    def test_stopped_in_between_what_was_added_stays(
        self, engine: Engine, given: list[Answer], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("assistant.review_sampling.BATCH", 2)
        keep(engine, given)

        def stop(step: str, done: int, total: int) -> None:
            if step == "adding":
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            sample(engine, strategy="random", count=4, progress=stop)
        assert len(items(engine)) == 2
        assert sample(engine, strategy="random", count=100).added == len(explained(given)) - 2

    def test_small_strata_are_there(self, engine: Engine, given: list[Answer]) -> None:
        kettles = next(a for a in given if a.recommendations and a.recommendations[0].product.category[-1] == "Kettles")
        tents = given[0]
        keep(engine, [replace(tents, id=f"tents-{n}") for n in range(40)] + [kettles])
        sample(engine, strategy="stratified", count=6)
        assert sorted(i.category for i in items(engine)) == ["Kettles"] * 3 + ["Tents"] * 3

    def test_many_answers_are_read_in_pages(
        self, engine: Engine, given: list[Answer], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("assistant.review_stored.PAGE", 7)
        keep(engine, [replace(given[0], id=f"a{n}") for n in range(30)])
        done = sample(engine, strategy="random", count=10)
        assert (done.added, done.considered) == (10, 30 * len(given[0].recommendations))

    def test_only_what_is_young_enough(self, engine: Engine, given: list[Answer]) -> None:
        keep(engine, given[:1])
        with engine.begin() as db:
            db.execute(update(turns).values(time=1000.0))
        assert sample(engine, strategy="random", count=5, since=1001.0).considered == 0
        assert sample(engine, strategy="random", count=5, since=1000.0).considered > 0

    def test_history_and_thumbs_come_along(self, talking_clerk: Clerk) -> None:
        session = talking_clerk.sessions.start()
        talking_clerk.sessions.add_history(session, ["kettle-small", "gone", "pack-45"])
        *_, done = answer(talking_clerk, session, "a tent under $400")
        assert isinstance(done, Done)
        product = done.answer.recommendations[0].product.id
        talking_clerk.feedback.thumb(session, done.answer.id, product, False)
        engine = open_database(talking_clerk.settings.data_dir)
        get = talking_clerk.searcher.index.catalog.get
        sample(engine, strategy="random", count=10_000, titles=lambda ids: {p.id: p.title for p in get(ids).values()})
        snapshot = next(i.snapshot for i in items(engine) if i.snapshot.answer.id == done.answer.id)
        engine.dispose()
        assert snapshot.history == ("Marlow Sip Kettle", "Northlea Ramble")
        assert snapshot.thumbs == {product: False}
        assert snapshot.answer.session == ""

    def test_a_stored_answer_of_another_form_is_passed_over(self, engine: Engine, given: list[Answer]) -> None:
        keep(engine, given[:1])
        with engine.begin() as db:
            db.execute(update(turns).values(answer='{"id": 1}'))
        assert "1 answer of an older version" in sample(engine, strategy="random", count=5).why

    @pytest.mark.parametrize(
        ("changes", "says"),
        [({"strategy": "best"}, "'best'"), ({"count": -1}, "count is -1"), ({"needed": 0}, "needed is 0"),
         ({"pairs": 10**9}, "pairs is 1000000000")],
    )  # fmt: skip
    def test_numbers_that_make_no_sense_are_one_line(self, engine: Engine, changes: dict[str, Any], says: str) -> None:
        with pytest.raises(ReviewError, match=says):
            values: dict[str, Any] = {"strategy": "random", "count": 1}
            sample(engine, **(values | changes))

    def test_what_is_forgotten_leaves_the_queue(self, engine: Engine, given: list[Answer]) -> None:
        session = keep(engine, given)
        sample(engine, strategy="random", count=3)
        Sessions(engine).forget(session)
        assert items(engine) == []


class TestTheRiskyOnes:
    def test_what_is_read_off_an_answer(self, given: list[Answer]) -> None:
        one = given[0]
        id = one.recommendations[0].product.id
        strayed = replace(one, dropped=(Dropped(id, "It flies.", "flies"),) * 5 + (Dropped(id, "", "busy"),))
        assert risk_of(one, id, thumb_down=False) == Risk()
        assert risk_of(one, id, thumb_down=True) == Risk(3.0, ("thumbs down",))
        assert risk_of(strayed, id, thumb_down=False) == Risk(3.0, ("5 sentences dropped",))
        assert risk_of(worded(strayed), id, thumb_down=False).why == ("5 sentences dropped", "written again")
        assert risk_of(strayed, "another", thumb_down=False) == Risk()

    def test_a_new_version_is_risky_until_enough_is_judged(self) -> None:
        now = 1e9
        scores = [version_risk(judged, 0.0, now).score for judged in (0, 5, ENOUGH, 500)]
        assert scores == [1.0, 0.75, 0.0, 0.0]
        assert version_risk(ENOUGH, now - 60, now).why == ("version first seen this week",)

    def test_the_gate_counts_near_its_threshold_and_below(self) -> None:
        scores = [gate_risk([0.99, p], 0.5).score for p in (0.1, 0.5, 0.625, 0.75, 0.9)]
        assert scores == [UNSURE, UNSURE, UNSURE / 2, 0.0, 0.0]
        assert gate_risk([], 0.5) == Risk()

    def test_the_riskiest_come_first_with_their_reasons(self, engine: Engine, given: list[Answer]) -> None:
        first, second = (r.product.id for r in given[0].recommendations[:2])
        session = keep(engine, [replace(given[0], dropped=(Dropped(first, "It flies.", "flies"),))])
        Feedback(engine).thumb(session, given[0].id, second, False)
        sample(engine, strategy="risky", count=2)
        one, two = (q.item for q in Reviews(engine).queue("waiting"))
        assert (one.product_id, two.product_id) == (second, first)
        assert one.why == "thumbs down; version with 0 judged; version first seen this week"
        assert two.why.startswith("1 sentence dropped; version")
        assert one.risk > two.risk > 0

    def test_what_shows_no_sign_is_left_out(self, engine: Engine, given: list[Answer]) -> None:
        keep(engine, given)
        with engine.begin() as db:
            db.execute(update(turns).values(time=1.0))
        sample(engine, strategy="random", count=1)
        with engine.begin() as db:
            row = db.execute(select(review_items)).mappings().one()
            rows = [dict(row) | {"id": n, "answer": f"x{n}", "judged": 2} for n in range(2, ENOUGH + 2)]
            db.execute(insert(review_answers), [{"id": r["answer"], "snapshot": "{}", "time": 1.0} for r in rows])
            db.execute(insert(review_items), rows)
        done = sample(engine, strategy="risky", count=3)
        assert done.added == 0
        assert "with a sign of risk" in done.why

    def test_the_gate_is_asked_of_the_likeliest_only(self, engine: Engine, given: list[Answer]) -> None:
        class Counting(OverlapEntailment):
            asked = 0

            def supports(self, pairs: Sequence[Pair]) -> list[float]:
                Counting.asked += 1
                return [0.5 if "tent-2" in facts or "Tansy 2" in facts else 1.0 for facts, _ in pairs]

        keep(engine, [replace(given[0], id=f"a{n}") for n in range(20)])
        sample(engine, strategy="risky", count=2, gate=Gate(Counting(), 0.5))
        assert Counting.asked == 8
        assert any("checker unsure (P = 0.50)" in i.why for i in items(engine))


class TestPairs:
    def test_beside_the_plain_wording(self, engine: Engine, given: list[Answer]) -> None:
        keep(engine, [worded(given[0])])
        done = sample(engine, strategy="random", count=0, pairs=2)
        [item] = items(engine)
        assert item.kind == "pair"
        assert item.other is not None
        assert item.other.version == PLAIN
        assert all(s.source == "plain" for s in item.other.sentences)
        assert done.why == "of those left 1 has another wording"
        assert Reviews(engine).save("ann", item.id, 1, replace(_all_good(item), preferred="first"), 1)

    def test_the_same_words_make_none(self, engine: Engine, given: list[Answer]) -> None:
        keep(engine, given)
        assert sample(engine, strategy="random", count=0, pairs=5).added == 0

    def test_beside_another_model(self, engine: Engine, talking_clerk: Clerk, given: list[Answer]) -> None:
        keep(engine, given[:1])
        generator = ScriptedGenerator([f"Its price is ${price}.00." for price in (120, 180, 340)] * 3)
        done = sample(
            engine, strategy="random", count=0, pairs=9, rewording=Rewording(generator, talking_clerk.vocabulary)
        )
        found = items(engine)
        assert done.added == len(found)
        for item in found:
            assert item.other is not None
            assert item.other.version == "scripted + " + given[0].versions["prompt"]
            assert "model" in {s.source for s in item.other.sentences}

    def test_the_side_is_drawn_by_the_seed(self, engine: Engine, given: list[Answer]) -> None:
        keep(engine, [replace(worded(given[0]), id=f"a{n}") for n in range(30)])
        sample(engine, strategy="random", count=0, pairs=30, seed=5)
        sides = [i.other.flipped for i in items(engine) if i.other is not None]
        assert 5 < sum(sides) < 25


class TestFactsOfASnapshot:
    def test_of_several_things_each_has_its_own(self, engine: Engine, talking_clerk: Clerk) -> None:
        talk = Talk(talking_clerk, "a tent and a kettle, under $300 in all")
        assert talk.given.plan
        keep(engine, [talk.given])
        sample(engine, strategy="random", count=9)
        for item in items(engine):
            facts = item.snapshot.facts(item.product_id)
            assert facts.page == []
            assert all(not c.item and "/" not in c.key for c in facts.constraints)
            assert [c.values for c in facts.constraints if c.kind == "category"] == [(item.category.lower(),)]


class TestTheTrace:
    def test_everything_behind_an_item(self, engine: Engine, given: list[Answer]) -> None:
        id = given[0].recommendations[0].product.id
        keep(engine, [replace(given[0], dropped=(Dropped(id, "It flies.", "flies"), Dropped("x", "No.", "no")))])
        sample(engine, strategy="random", count=9)
        item = next(i for i in items(engine) if i.product_id == id)
        found = trace(item)
        own = item.snapshot.recommendation(id)
        assert sum(s.contribution for s in found.signals) == pytest.approx(own.score)
        assert {r.id for s in found.signals for r in s.reasons} == {r.id for r in own.reasons}
        assert [d.text for d in found.dropped] == ["It flies."]
        assert (found.place, found.message, found.gone, found.changed) == (1, "a tent under $400", False, ())
        assert found.versions == given[0].versions

    def test_what_has_changed_since(self, engine: Engine, given: list[Answer]) -> None:
        keep(engine, given[:1])
        sample(engine, strategy="random", count=9)
        item = next(i for i in items(engine) if i.product_id == "tent-2")
        product = BY_ID["tent-2"]
        today = replace(product, price=99.0, attributes=dict(product.attributes) | {"colour": "red", "poles": "two"})
        found = trace(item, lambda ids: {"tent-2": today})
        assert {(c.field, c.then, c.now) for c in found.changed} == {
            ("price", "$120.00", "$99.00"),
            ("colour", "forest green", "red"),
            ("poles", "", "two"),
        }
        assert ("price", "$120.00") in {(f.field, f.value) for f in found.facts}
        assert not trace(item, lambda ids: {"tent-2": product}).changed
        for count, told in ((1, "4.5 out of 5 by 1 customer"), (0, "4.5 out of 5")):
            assert Fact("rating", told) in facts_of_listing(replace(product, rating=4.5, rating_count=count))
        assert trace(item, lambda ids: cast("dict[str, Product]", {})).gone


class TestTheCommands:
    def run(self, folder: Path, *arguments: str) -> Any:
        result = CliRunner().invoke(cli, ["reviews", *arguments, "--data-dir", str(folder), "--json"])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def test_sample_list_and_show(self, engine: Engine, tmp_path: Path, given: list[Answer]) -> None:
        keep(engine, [worded(given[0]), *given[1:]])
        done = self.run(tmp_path, "sample", "--strategy", "stratified", "--count", "3", "--needed", "1")
        assert (done["added"], done["why"]) == (3, "")
        risky = self.run(tmp_path, "sample", "--strategy", "risky", "--count", "1", "--pairs", "1", "--days", "1")
        assert risky["added"] >= 1
        listed = self.run(tmp_path, "list")["items"]
        assert len(listed) == 3 + risky["added"]
        assert listed[0]["risk"] > 0
        Reviews(engine).save("ann", 1, 1, _all_good(Reviews(engine).get(1)), 1)
        assert [i["item"] for i in self.run(tmp_path, "list", "--state", "done")["items"]] == [1]
        shown = self.run(tmp_path, "show", "1")
        assert (shown["judged"], shown["trace"]["message"]) == (1, Reviews(engine).get(1).snapshot.answer.message)
        for command in ("list", "show 2"):
            people = CliRunner().invoke(cli, ["reviews", *command.split(), "--data-dir", str(tmp_path)])
            assert people.exit_code == 0, people.output
            assert "stratified" in people.output

    def test_what_is_not_there_is_one_line(self, engine: Engine, tmp_path: Path) -> None:
        empty = CliRunner().invoke(cli, ["reviews", "list", "--data-dir", str(tmp_path)])
        assert "Nothing is to be judged: `storeclerk reviews sample` fills the queue." in empty.output
        for arguments in (["show", "7"], ["list", "--data-dir", str(tmp_path / "new")]):
            result = CliRunner().invoke(cli, ["reviews", *arguments[:1], "--data-dir", str(tmp_path), *arguments[1:]])
            assert (result.exit_code, result.output.count("\n")) == (1, 1)
        for option in ("--limit", "--offset"):
            endless = ["reviews", "list", option, "9" * 30, "--data-dir", str(tmp_path)]
            assert CliRunner().invoke(cli, endless).exit_code == 2


def test_forgetting_while_it_is_sampled_leaves_nothing(engine: Engine, given: list[Answer]) -> None:
    session = keep(engine, given[:1])

    def forget(step: str, done: int, total: int) -> None:
        Sessions(engine).forget(session)

    assert sample(engine, strategy="random", count=5, progress=forget).added == 0
    with engine.connect() as db:
        assert db.execute(text("SELECT count(*) FROM review_answers")).scalar() == 0
        assert db.execute(select(sessions.c.id)).all() == []


def _all_good(item: Item) -> Any:
    marks = said().sentences * len(item.snapshot.sentences(item.product_id))
    return replace(said(), sentences=marks)
