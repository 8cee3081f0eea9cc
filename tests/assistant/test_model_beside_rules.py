"""What the tests of `understand` ask of the rules alone holds with any model beside them: right, wrong or rambling."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings

from assistant.dialogue import as_filter
from assistant.types import Constraint
from assistant.understand import Request, understand
from tests.assistant import test_understand as alone
from tests.assistant.readings import rambling, read_beside, right, wrong
from tests.assistant.shop import HOSTILE

MODELS = {"right": right(alone.READER), "wrong": wrong(alone.READER), "rambling": rambling(alone.READER)}


@pytest.fixture(params=MODELS, autouse=True)
def _beside(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own `read` asks the model too."""

    def read(message: str, context: Sequence[Constraint] = ()) -> Request:
        return read_beside(MODELS[request.param], message, alone.READER, context, ())

    monkeypatch.setattr(alone, "read", read)


class TestBudgets(alone.TestBudgets):
    pass


class TestBrands(alone.TestBrands):
    pass


class TestCategories(alone.TestCategories):
    pass


class TestColoursAndMaterials(alone.TestColoursAndMaterials):
    pass


class TestFlags(alone.TestFlags):
    pass


class TestSizes(alone.TestSizes):
    pass


class TestMeasures(alone.TestMeasures):
    pass


class TestPreferences(alone.TestPreferences):
    pass


class TestStock(alone.TestStock):
    pass


class TestSpelling(alone.TestSpelling):
    pass


class TestForeignAndHostileText(alone.TestForeignAndHostileText):
    @pytest.mark.parametrize("message", ["<script>alert(1)</script>", "{{7*7}}", HOSTILE, "帐篷", "\ud800", "%s %d"])
    def test_it_is_words_or_nothing(self, message: str) -> None:
        request = alone.read(message)  # a wrong model may conclude something, which then only ranks
        assert not any(c.hard for c in request.constraints)
        assert request.intent in ("search", "refine", "unclear")


class TestAnyText:
    @given(alone.sentences, alone.sentences)
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_what_filters_and_what_is_denied_is_what_the_rules_read(self, message: str, before: str) -> None:
        context = understand(before, alone.READER).constraints
        rules = understand(message, alone.READER, context=context, names=alone.NAMES)
        for model in MODELS.values():
            request = read_beside(model, message, alone.READER, context, alone.NAMES)
            assert request.constraints[: len(rules.constraints)] == rules.constraints
            more = request.constraints[len(rules.constraints) :]
            assert not {c.key for c in more} & {c.key for c in (*context, *rules.constraints)}
            assert all(c.low is None and c.high is None for c in more)
            assert not any(c.hard and not c.negated for c in more)  # "no timer", which the message does say, may filter
            alone.READER.facets.mask(as_filter(request.constraints))
