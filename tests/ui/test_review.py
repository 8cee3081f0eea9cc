"""The review desk: blind, by role, nothing entered is lost, sides turned right, true to what is stored."""

from __future__ import annotations

import csv
import io
import json
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import event, select

from assistant.clerk import Clerk, open_clerk
from assistant.generators import ScriptedGenerator
from assistant.review_queue import Lease, keep_for
from assistant.review_types import QUESTIONS
from assistant.settings import Settings
from assistant.tables import sessions
from assistant.types import Answer
from retrieval.encoder import HashEncoder
from retrieval.errors import StorageFull
from retrieval.index import build_index
from tests.assistant.shop import HOSTILE, PRODUCTS
from tests.toys import write_jsonl
from tests.ui.review_desk import Desk, as_model, chosen, filled, open_desk, real_answers

ADMIN_PAGES = ("disagreements", "sample", "export", "import", "queue", "import/rejects.jsonl")


@pytest.fixture(scope="module")
def clerk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clerk]:
    folder = tmp_path_factory.mktemp("shop")
    build_index([write_jsonl(folder / "feed.jsonl", PRODUCTS)], folder / "data", HashEncoder())
    settings = Settings(shop_name="Toy & Tent", data_dir=folder / "data")
    with open_clerk(settings, encoder=HashEncoder(), generator=ScriptedGenerator()) as opened:
        yield opened


@pytest.fixture(scope="module")
def answers(clerk: Clerk) -> list[Answer]:
    return real_answers(clerk)


@pytest.fixture
def desk(clerk: Clerk, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(clerk, tmp_path) as opened:
        yield opened


def sessions_of(desk: Desk) -> list[str]:
    with desk.engine.connect() as db:
        return list(db.scalars(select(sessions.c.id)))


@contextmanager
def no_patience(desk: Desk) -> Iterator[None]:
    """Statements wait for a lock no longer than a moment."""

    def hurry(connection: Any, *_: object) -> None:
        connection.connection.execute("PRAGMA busy_timeout=10")

    event.listen(desk.engine, "engine_connect", hurry)
    yield
    event.remove(desk.engine, "engine_connect", hurry)


class TestWhoMay:
    @pytest.mark.parametrize("page", ADMIN_PAGES)
    def test_reviewers_keep_out_of_what_is_for_admins(self, desk: Desk, page: str) -> None:
        assert desk.person("robin").get(f"/review/{page}").status_code == 403
        assert desk.person("quinn").get(f"/review/{page}").status_code in (200, 404)

    @pytest.mark.parametrize("path", ["sample", "export", "import", "disagreements/1"])
    def test_nor_can_they_send_such_forms(self, desk: Desk, answers: list[Answer], path: str) -> None:
        desk.fill(answers)
        before = desk.reviews.last_change()
        assert desk.person("robin").post(f"/review/{path}", {"what": "checker", "count": "1"}).status_code == 403
        assert desk.reviews.last_change() == before

    @pytest.mark.parametrize("path", ["", "/next", "/items/1", "/items/1/trace", "/figures", "/figures.json"])
    def test_agents_have_no_business_here(self, desk: Desk, path: str) -> None:
        assert desk.person("kit").get(f"/review{path}").status_code == 403

    @pytest.mark.parametrize("path", ["items/1", "undo", "sample", "export", "import", "disagreements/1"])
    def test_a_form_without_its_token_does_nothing(self, desk: Desk, answers: list[Answer], path: str) -> None:
        desk.fill(answers)
        sent = desk.person("quinn").client.post(f"/review/{path}", data={"what": "checker", "supported_1": "yes"})
        assert sent.status_code == 403
        assert desk.reviews.last_change() == 0


class TestBlind:
    def test_nothing_tells_what_wrote_it_or_how_it_got_here(self, desk: Desk, answers: list[Answer]) -> None:
        told = [as_model(each, version="secret-model") for each in answers]
        ids = desk.fill(told, strategy="risky", pairs=2)
        robin = desk.person("robin")
        for item in ids:
            page = robin.page(f"/review/items/{item}")
            known = desk.reviews.get(item)
            assert known.snapshot.sentences(known.product_id)[0].text in page
            hidden = ["secret-model", known.version, known.snapshot.answer.versions["prompt"], "risky", "plain"]
            hidden += [part for part in known.why.split("; ") if part]
            assert not [secret for secret in hidden if secret in page]

    def test_figures_name_versions_to_admins_alone(self, desk: Desk, answers: list[Answer]) -> None:
        ids = desk.fill([as_model(each, version="secret-model") for each in answers])
        robin, ash = desk.person("robin"), desk.person("ash")
        for item in ids[:3]:
            robin.judge(item)
            ash.judge(item, clear="1")
        for path in ("figures", "figures.json", "figures/support.svg"):
            assert "secret-model" not in robin.page(f"/review/{path}")
            assert "secret-model" in desk.person("quinn").page(f"/review/{path}")
        assert "ash" not in robin.page("/review/figures")
        assert "ash, robin" in desk.person("quinn").page("/review/figures")

    def test_an_item_shown_again_is_judged_anew(self, desk: Desk, answers: list[Answer]) -> None:
        [item, *_] = desk.fill(answers)
        robin = desk.person("robin")
        robin.judge(item, clear="1", note="the first time")
        with desk.engine.begin() as db:
            keep_for(db, "robin", Lease(item, 2), time.time())
        page = robin.page(f"/review/items/{item}")
        assert chosen(page) == {}
        assert "the first time" not in page
        assert "You judged this one" not in page
        assert robin.get(f"/review/items/{item}/trace").status_code == 403
        robin.judge(item)
        assert [(each.round, each.judgement.grades["clear"]) for each in desk.reviews.judgements(item)] == [
            (1, 1),
            (2, 2),
        ]
        assert robin.get(f"/review/items/{item}/trace").status_code == 200

    def test_what_lies_behind_is_shown_after_judging(self, desk: Desk, answers: list[Answer]) -> None:
        ids = desk.fill([as_model(each, version="secret-model") for each in answers])
        robin, quinn = desk.person("robin"), desk.person("quinn")
        assert robin.get(f"/review/items/{ids[0]}/trace").status_code == 403
        assert "secret-model" in quinn.page(f"/review/items/{ids[0]}/trace")
        robin.judge(ids[0])
        desk.person("ash").judge(ids[0], note="ash thinks otherwise")
        page = robin.page(f"/review/items/{ids[0]}/trace")
        assert "secret-model" in page
        assert "ash thinks otherwise" not in page
        assert "ash thinks otherwise" in quinn.page(f"/review/items/{ids[0]}/trace")
        robin.post("/review/undo")
        assert robin.get(f"/review/items/{ids[0]}/trace").status_code == 403


class TestJudging:
    def test_one_after_the_other(self, desk: Desk, answers: list[Answer]) -> None:
        ids = desk.fill(answers)
        robin = desk.person("robin")
        at = robin.get("/review/next").headers["location"]
        seen = []
        while "/items/" in at:
            item = int(at.split("/items/")[1].split("?")[0])
            seen.append(item)
            at = robin.judge(item).headers["location"]
            assert at.endswith(f"?saved={item}")
        assert at == f"/review?saved={seen[-1]}"
        assert sorted(seen) == ids
        assert "Nothing waits for you now" in robin.page("/review")
        told = robin.get("/review/progress.json").json()
        assert (told["mine"], told["today"], told["waiting"]) == (len(ids), len(ids), 0)

    def test_a_missing_mark_is_named_and_nothing_entered_is_lost(self, desk: Desk, answers: list[Answer]) -> None:
        [item, *_] = desk.fill(answers)
        robin = desk.person("robin")
        sent = robin.judge(item, supported_1="", clear="", note="a <b>note</b>", complete="1", supported_2="perhaps")
        assert sent.status_code == 422
        assert "marks are missing: sentence 1, backed by the facts" in sent.text
        assert "clear" in sent.text
        marks = chosen(sent.text)
        assert marks["complete"] == "1"
        assert marks["topic_1"] == "yes"
        assert "supported_1" not in marks and "clear" not in marks
        assert escape("a <b>note</b>") in sent.text
        assert desk.reviews.judgements(item) == []

    def test_a_note_that_is_too_long_is_said_and_kept(self, desk: Desk, answers: list[Answer]) -> None:
        [item, *_] = desk.fill(answers)
        sent = desk.person("robin").judge(item, note="x" * 2001)
        assert sent.status_code == 422
        assert "2,001" in sent.text and "x" * 2001 in sent.text

    def test_nothing_is_chosen_beforehand(self, desk: Desk, answers: list[Answer]) -> None:
        for item in desk.fill(answers):
            assert chosen(desk.person("robin").page(f"/review/items/{item}")) == {}

    def test_undo_brings_the_marks_back(self, desk: Desk, answers: list[Answer]) -> None:
        [item, *_] = desk.fill(answers)
        robin = desk.person("robin")
        robin.judge(item, supported_1="unsure", clear="1", note="hm")
        at = robin.post("/review/undo").headers["location"]
        assert at == f"/review/items/{item}?undone=1"
        assert desk.reviews.judgements(item) == []
        page = robin.page(at)
        marks = chosen(page)
        assert (marks["supported_1"], marks["clear"]) == ("unsure", "1")
        assert ">hm</textarea>" in page
        robin.post(f"/review/items/{item}", marks | {"round": "1", "clear": "2"})
        [kept] = desk.reviews.judgements(item)
        assert kept.judgement.grades["clear"] == 2
        assert kept.judgement.sentences[0].supported == "unsure"

    def test_undo_with_nothing_to_undo(self, desk: Desk) -> None:
        assert desk.person("robin").post("/review/undo").headers["location"] == "/review"

    def test_two_reviewers_saving_one_item_are_both_kept(self, desk: Desk, answers: list[Answer]) -> None:
        [item, *_] = desk.fill(answers)
        robin, ash = desk.person("robin"), desk.person("ash")
        pages = [each.page(f"/review/items/{item}") for each in (robin, ash)]
        assert pages[0].count("fieldset") == pages[1].count("fieldset")
        robin.judge(item, clear="0")
        ash.judge(item)
        said = {each.account: each.judgement.grades["clear"] for each in desk.reviews.judgements(item)}
        assert said == {"robin": 0, "ash": 2}

    def test_the_server_counts_the_time(self, desk: Desk, answers: list[Answer], monkeypatch: Any) -> None:
        [item, *_] = desk.fill(answers)
        clock = [1000.0]
        monkeypatch.setattr("ui.review.time.monotonic", lambda: clock[0])
        robin = desk.person("robin")
        page = robin.page(f"/review/items/{item}")
        clock[0] += 12
        robin.page(f"/review/items/{item}")  # loaded again: the clock goes on
        clock[0] += 5
        robin.post(f"/review/items/{item}", filled(page) | {"seconds": "1"})
        assert [each.seconds for each in desk.reviews.judgements(item)] == [17.0]

    def test_later_puts_an_item_off(self, desk: Desk, answers: list[Answer]) -> None:
        desk.fill(answers)
        robin = desk.person("robin")
        first = robin.get("/review/next").headers["location"].rsplit("/", 1)[1]
        second = robin.get(f"/review/next?skip={first}").headers["location"]
        assert second != f"/review/items/{first}"
        assert robin.get("/review/next").headers["location"] == second
        assert "1 put off" in robin.page("/review")
        robin.judge(int(first))
        assert "put off" not in robin.page("/review")

    def test_a_number_that_no_item_can_have_puts_nothing_off(self, desk: Desk, answers: list[Answer]) -> None:
        desk.fill(answers)
        robin = desk.person("robin")
        assert robin.get(f"/review/next?skip={10**30}").status_code == 303
        assert robin.get("/review/next").headers["location"].startswith("/review/items/")

    def test_an_old_page_says_nothing_of_a_newer_item(self, desk: Desk, answers: list[Answer]) -> None:
        ids = desk.fill(answers)
        robin = desk.person("robin")
        form = filled(robin.page(f"/review/items/{ids[-1]}"))
        [session] = sessions_of(desk)
        desk.clerk.sessions.forget(session)
        again = desk.fill([replace(each, id=f"{each.id}-new") for each in answers])
        assert not set(again) & set(ids)
        told = robin.post(f"/review/items/{ids[-1]}", form)
        assert told.status_code == 404
        assert all(desk.reviews.judgements(item) == [] for item in again)

    def test_while_the_database_is_locked_a_page_says_so_and_pages_are_read(
        self, desk: Desk, answers: list[Answer], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        [item, *_] = desk.fill(answers)
        robin = desk.person("robin")
        form = filled(robin.page(f"/review/items/{item}"))
        monkeypatch.setattr("assistant.accounts._TOUCH_SECONDS", -1.0)  # each request is noted
        with desk.engine.connect() as other:
            other.exec_driver_sql("BEGIN IMMEDIATE")
            with no_patience(desk):
                told = robin.post(f"/review/items/{item}", form)
                assert told.status_code == 503
                assert "cannot be written right now (database is locked), so nothing was saved" in told.text
                assert robin.get("/review").status_code == 200
            other.rollback()
        assert robin.post(f"/review/items/{item}", form).status_code == 303

    def test_an_unknown_item_is_said(self, desk: Desk) -> None:
        for item in (99, 10**30):
            told = desk.person("robin").get(f"/review/items/{item}")
            assert told.status_code == 404
            assert "There is no item" in told.text

    def test_the_facts_a_sentence_rests_on_are_marked(self, desk: Desk, answers: list[Answer]) -> None:
        ids = desk.fill(answers)
        pages = [desk.person("robin").page(f"/review/items/{item}") for item in ids]
        assert any('data-facts="' in page and 'data-facts=""' not in page for page in pages)


class TestPairs:
    def test_sides_are_turned_into_the_stored_order(self, desk: Desk, answers: list[Answer]) -> None:
        desk.fill([as_model(each) for each in answers], count=0, pairs=6)
        pairs = [queued.item for queued in desk.reviews.queue(limit=100)]
        flips = {item.other.flipped for item in pairs if item.other}
        assert flips == {True, False}
        robin = desk.person("robin")
        for item in pairs:
            page = robin.page(f"/review/items/{item.id}")
            assert item.other is not None
            first = item.snapshot.sentences(item.product_id)[0].text
            left = page.split('aria-label="left"')[1].split("</section>")[0]
            assert (escape(first) in left) != item.other.flipped
            for side in ("left", "right", "tie"):
                robin.judge(item.id, preferred=side)
                said = desk.reviews.said("robin", item.id, 1)
                assert said is not None
                plain = {"left": "first", "right": "second", "tie": "tie"}
                turned = {"left": "second", "right": "first", "tie": "tie"}
                assert said.preferred == (turned if item.other.flipped else plain)[side]
                assert chosen(robin.page(f"/review/items/{item.id}"))["preferred"] == side

    def test_a_pair_needs_a_preference(self, desk: Desk, answers: list[Answer]) -> None:
        [item] = desk.fill([as_model(each) for each in answers], count=0, pairs=1)
        sent = desk.person("robin").judge(item, preferred="")
        assert sent.status_code == 422
        assert "One mark is missing: which explanation is better." in sent.text


class TestHostileText:
    def test_it_is_text_everywhere(self, desk: Desk, answers: list[Answer]) -> None:
        evil = []
        for each in answers:
            recommendations = tuple(
                replace(
                    r, product=replace(r.product, title=HOSTILE, description=HOSTILE, attributes={HOSTILE: HOSTILE})
                )
                for r in each.recommendations
            )
            sentences = tuple(replace(s, text=HOSTILE) for s in each.sentences)
            chips = tuple(replace(c, label=HOSTILE) for c in each.constraints)
            evil.append(
                replace(each, message=HOSTILE, recommendations=recommendations, sentences=sentences, constraints=chips,
                        versions={"generator": HOSTILE, "prompt": HOSTILE})
            )  # fmt: skip
        [item, agreed, *_] = desk.fill(evil)
        robin, ash, quinn = (desk.person(name) for name in ("robin", "ash", "quinn"))
        robin.judge(agreed)
        robin.judge(item, note=HOSTILE, corrected=HOSTILE)
        ash.judge(item, supported_1="no", note=HOSTILE)
        pages = [robin.page(f"/review/items/{item}"), robin.page("/review"), quinn.page(f"/review/items/{item}/trace")]
        pages += [
            quinn.page(f"/review/{page}") for page in ("disagreements", "queue", "figures", "figures/support.svg")
        ]
        pages.append(robin.judge(item, note=HOSTILE, clear="").text)
        for page in pages:
            assert "<img src=x" not in page
        assert all("&lt;img src=x" in page for page in pages[:5])


class TestDeciding:
    def test_a_disagreement_is_decided(self, desk: Desk, answers: list[Answer]) -> None:
        [item, *_] = desk.fill(answers)
        desk.person("robin").judge(item)
        desk.person("ash").judge(item, supported_1="no")
        quinn = desk.person("quinn")
        assert "1 disagreement</a> to be decided" in quinn.page("/review")
        page = quinn.page("/review/disagreements")
        assert "robin" in page and "ash" in page
        marks = chosen(page)
        assert "supported_1" not in marks
        assert marks["topic_1"] == "yes"
        refused = quinn.post(f"/review/disagreements/{item}", marks)
        assert refused.status_code == 422
        assert "One mark is missing: sentence 1, backed by the facts." in refused.text
        done = quinn.post(f"/review/disagreements/{item}", marks | {"supported_1": "no"})
        assert done.headers["location"] == f"/review/disagreements?decided={item}"
        settled = desk.reviews.settled(item)
        assert settled is not None and settled.sentences[0].supported == "no"
        assert "No disagreement waits" in quinn.page("/review/disagreements")

    def test_many_are_paged(self, desk: Desk, answers: list[Answer]) -> None:
        ids = desk.fill(answers)
        assert len(ids) > 5
        robin, ash, quinn = (desk.person(name) for name in ("robin", "ash", "quinn"))
        for item in ids:
            robin.judge(item)
            ash.judge(item, supported_1="no")
        first, second = quinn.page("/review/disagreements"), quinn.page("/review/disagreements?page=2")
        assert first.count('class="beside"') == 5
        assert second.count('class="beside"') == min(5, len(ids) - 5)


class TestFilling:
    def test_the_queue_is_filled_by_a_form(self, desk: Desk, answers: list[Answer]) -> None:
        desk.keep(answers)
        done = desk.person("quinn").post(
            "/review/sample", {"strategy": "random", "count": "3", "needed": "3", "pairs": "0"}
        )
        assert "3 added" in done.text
        assert [queued.item.needed for queued in desk.reviews.queue()] == [3, 3, 3]

    @pytest.mark.parametrize(
        ("changed", "says"),
        [
            ({"count": "many"}, "count is &#39;many&#39;: give a whole number."),
            ({"count": "100000"}, "storeclerk reviews sample --count 100000"),
            ({"strategy": "best"}, "There is no strategy &#39;best&#39;"),
            ({"needed": "0"}, "needed is 0: give a number from 1 to 20."),
        ],
    )
    def test_what_makes_no_sense_is_said_and_kept(self, desk: Desk, changed: dict[str, str], says: str) -> None:
        form = {"strategy": "random", "count": "3", "needed": "2", "pairs": "0"} | changed
        done = desk.person("quinn").post("/review/sample", form)
        assert done.status_code == 422
        assert says in done.text


class TestFigures:
    def test_without_judgements_there_is_a_reason(self, desk: Desk) -> None:
        page = desk.person("robin").page("/review/figures")
        assert "Nothing that counts has been judged yet" in page
        assert "nothing was judged by two" in page

    def test_what_was_forgotten_is_in_no_figure(self, desk: Desk, answers: list[Answer]) -> None:
        desk.fill(answers[:1])
        [first] = sessions_of(desk)
        ids = desk.fill([replace(each, id=f"{each.id}-later") for each in answers[1:2]])
        robin = desk.person("robin")
        for item in ids:
            robin.judge(item)
        before = robin.get("/review/figures.json").json()["groups"]
        desk.clerk.sessions.forget(first)  # not the last that was judged
        after = robin.get("/review/figures.json").json()["groups"]
        assert sum(each["judgements"] for each in after) < sum(each["judgements"] for each in before)

    def test_an_alarm_stands_on_top(self, desk: Desk, answers: list[Answer], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("assistant.review_versions.FEWEST", 3)
        robin = desk.person("robin")
        for item in desk.fill([as_model(each, version="fallen") for each in answers]):
            page = robin.page(f"/review/items/{item}")
            robin.judge(item, **{name: "no" for name in filled(page) if name.startswith("supported_")})
        page = desk.person("quinn").page("/review/figures")
        assert '<p class="notice" role="alert"><strong>Alarm.</strong> fallen + ' in page
        assert page.index('role="alert"') < page.index("<h1>Figures</h1>")
        blind = robin.page("/review/figures")
        assert "<strong>Alarm.</strong> A: " in blind and "fallen" not in blind

    def test_a_grouping_is_the_same_whatever_was_asked_before(
        self, desk: Desk, answers: list[Answer], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ui.review_figures._KEPT", 1)
        robin, quinn = desk.person("robin"), desk.person("quinn")
        for item in desk.fill(answers):
            robin.judge(item)
        first, other, again = (
            quinn.get(f"/review/figures.json?by={by}").json() for by in ("category", "version", "category")
        )
        assert first == again
        assert first["groups"] != other["groups"]
        assert first["agreement"] == other["agreement"]

    def test_agreement_and_two_versions(self, desk: Desk, answers: list[Answer]) -> None:
        desk.fill(answers)
        new = [replace(as_model(each, version="new-model"), id=f"{each.id}-new") for each in answers]
        ids = desk.fill(new)
        robin, ash, quinn = (desk.person(name) for name in ("robin", "ash", "quinn"))
        for n, item in enumerate(ids):
            robin.judge(item, supported_1="no" if n % 3 == 0 else "yes")
            ash.judge(item, supported_1="no" if n % 4 == 0 else "yes")
        told = quinn.get("/review/figures.json").json()
        supported = next(each for each in told["agreement"] if each["question"] == "supported")
        assert -1 < supported["alpha"] < 1
        assert supported["low"] <= supported["alpha"] <= supported["high"]
        one, other = told["versions"]
        compared = quinn.page(f"/review/figures?{urlencode({'one': one, 'other': other})}")
        assert compared.count('<td class="number">') > 5
        assert "Too little of one of them" not in compared
        for name in ("support", "agreement"):
            picture = quinn.get(f"/review/figures/{name}.svg")
            assert picture.headers["content-type"] == "image/svg+xml"
            assert picture.text.startswith("<svg") and "currentColor" in picture.text
        assert quinn.get("/review/figures/none.svg").status_code == 404


class TestFiles:
    def judged(self, desk: Desk, answers: list[Answer]) -> list[int]:
        ids = desk.fill(answers)
        for name in ("robin", "ash"):
            for item in ids:
                desk.person(name).judge(item)
        return ids

    def test_each_kind_is_a_download(self, desk: Desk, answers: list[Answer]) -> None:
        self.judged(desk, answers)
        quinn = desk.person("quinn")
        for what in ("generator", "preference", "checker", "regression", "argilla"):
            got = quinn.post("/review/export", {"what": what})
            assert got.status_code == 200
            assert f"reviews-{what}-" in got.headers["content-disposition"]
            rows = json.loads(got.text) if what == "argilla" else [json.loads(line) for line in got.text.splitlines()]
            assert rows or what == "preference"
        packed = quinn.post("/review/export", {"what": "labelstudio"}).content
        names = zipfile.ZipFile(io.BytesIO(packed)).namelist()
        assert names == ["labelstudio.json", "labelstudio.config.xml"]
        assert quinn.post("/review/export", {"what": "everything"}).status_code == 422

    @pytest.mark.parametrize("what", ["export", "import"])
    def test_a_full_disk_is_one_line(
        self, desk: Desk, answers: list[Answer], monkeypatch: pytest.MonkeyPatch, what: str
    ) -> None:
        self.judged(desk, answers)

        def full(*_: object, **__: object) -> None:
            raise StorageFull("/tmp/ours/x cannot be written (No space left on device): ... with --output")

        monkeypatch.setattr("ui.review_files.export", full)
        monkeypatch.setattr("ui.review_files.import_judgements", full)
        quinn = desk.person("quinn")
        sent = {"files": {"file": ("a.csv", b"item")}} if what == "import" else {}
        told = quinn.post(f"/review/{what}", {"what": "checker"}, **sent)
        assert told.status_code == 507
        assert f"There is no room for the {what}" in told.text
        assert "/tmp" not in told.text and "--output" not in told.text

    def test_a_mind_that_changed_after_an_export_is_told(self, desk: Desk, answers: list[Answer]) -> None:
        [item, *_] = self.judged(desk, answers)
        quinn = desk.person("quinn")
        quinn.post("/review/export", {"what": "checker"})
        assert "stale" not in quinn.page("/review/export")
        desk.person("robin").judge(item, supported_1="no")
        page = quinn.page("/review/export")
        assert "1 stale" in page
        assert f"item {item}</a> taken back or disputed" in page

    def send(self, desk: Desk, name: str, content: str) -> Any:
        return desk.person("quinn").post("/review/import", files={"file": (name, content.encode())})

    def test_a_table_is_taken_in_and_the_rest_put_aside(self, desk: Desk, answers: list[Answer]) -> None:
        [item, *_] = desk.fill(answers)
        out = io.StringIO()
        rows = csv.writer(out)
        rows.writerow(["item", "reviewer", "supported", *QUESTIONS])
        rows.writerow([item, "sam", "yes", 2, 2, 1, 2])
        rows.writerow([item, f"kim {HOSTILE}", "perhaps", 2, 2, 1, 2])
        rows.writerow([99999, "sam", "yes", 2, 2, 1, 2])
        quinn = desk.person("quinn")
        done = quinn.post("/review/import", files={"file": ("judged.csv", out.getvalue().encode())})
        assert done.status_code == 200
        assert "judged.csv: 1 judgement taken in, 0 known already, 2 rows put aside." in done.text
        assert "perhaps" in done.text and "99999" in done.text
        assert "<img src=x" not in done.text
        assert [each.account for each in desk.reviews.judgements(item)] == ["import:sam"]
        rejects = [json.loads(line) for line in quinn.page("/review/import/rejects.jsonl").splitlines()]
        assert [each["line"] for each in rejects] == [3, 4]

    def test_wrong_columns_are_named_under_the_files_own_name(self, desk: Desk) -> None:
        done = self.send(desk, "wrong.csv", "item,colour\n1,red\n")
        assert done.status_code == 422
        assert "wrong.csv lacks" in done.text and "unknown &#39;colour&#39;" in done.text
        assert "/tmp" not in done.text

    @pytest.mark.parametrize(
        ("name", "content", "says"),
        [
            ("x.json", "{", "x.json cannot be read as JSON"),
            ("x.exe", "MZ", "x.exe is neither .csv nor .json"),
            ("../../etc/passwd.csv", "item\n", "passwd.csv lacks"),
        ],
    )
    def test_other_files_are_refused_in_one_line(self, desk: Desk, name: str, content: str, says: str) -> None:
        done = self.send(desk, name, content)
        assert done.status_code == 422
        assert says in done.text

    def test_no_file_is_said(self, desk: Desk) -> None:
        done = desk.person("quinn").post("/review/import")
        assert done.status_code == 422
        assert "No file was chosen" in done.text

    def test_a_file_that_is_too_large_is_refused(self, desk: Desk) -> None:
        done = self.send(desk, "large.csv", "x" * (20 * 1024 * 1024 + 1))
        assert done.status_code == 413
