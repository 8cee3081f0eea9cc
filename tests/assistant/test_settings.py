from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistant.clerk import adapter_of, open_reranker
from assistant.errors import SettingsError
from assistant.models import shipped
from assistant.settings import EncoderSettings, RerankerSettings, Settings, load_settings
from retrieval.errors import ModelMissing


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty working folder, and no variable of the machine that runs the tests."""
    for name in os.environ:
        if name.startswith("STORECLERK_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


class TestSources:
    def test_defaults_run_without_a_file(self) -> None:
        settings = load_settings()
        assert settings == Settings()
        assert (settings.currency, settings.cards, settings.host) == ("USD", 3, "127.0.0.1")
        assert (settings.encoder.kind, settings.generator.kind, settings.chroma_url) == ("model", "local", "")

    def test_the_file_of_the_working_folder_is_read(self) -> None:
        write(Path("storeclerk.toml"), 'shop_name = "Fern"\ncards = 2\n[generator]\nkind = "none"\n')
        settings = load_settings()
        assert (settings.shop_name, settings.cards, settings.generator.kind) == ("Fern", 2, "none")

    def test_a_file_can_be_named_instead(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        write(Path("storeclerk.toml"), 'shop_name = "Fern"\n')
        monkeypatch.setenv("STORECLERK_CONFIG", str(write(tmp_path / "other.toml", 'shop_name = "Moss"\n')))
        assert load_settings().shop_name == "Moss"

    def test_variables_are_above_the_file_key_by_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        write(Path("storeclerk.toml"), 'shop_name = "Fern"\ncards = 2\n[generator]\nkind = "none"\nseconds = 3\n')
        monkeypatch.setenv("STORECLERK_CARDS", "4")
        monkeypatch.setenv("STORECLERK_GENERATOR__KIND", "server")
        settings = load_settings()
        assert (settings.shop_name, settings.cards) == ("Fern", 4)
        assert (settings.generator.kind, settings.generator.seconds) == ("server", 3)

    def test_the_command_line_is_above_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        write(Path("storeclerk.toml"), 'data_dir = "from-file"\n')
        monkeypatch.setenv("STORECLERK_DATA_DIR", "from-variable")
        assert load_settings().data_dir == Path("from-variable")
        assert load_settings(Path("from-option")).data_dir == Path("from-option")

    def test_an_empty_variable_sets_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STORECLERK_CARDS", "")
        assert load_settings().cards == 3

    def test_lists_come_from_variables_as_json(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STORECLERK_EXAMPLES", '["a tent", "a kettle"]')
        assert load_settings().examples == ("a tent", "a kettle")


class TestPaths:
    def test_they_are_relative_to_the_file_that_names_them(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "shop").mkdir()
        file = write(tmp_path / "shop" / "storeclerk.toml", 'policies = "policies.md"\nevents = "../events.csv"\n')
        monkeypatch.setenv("STORECLERK_CONFIG", str(file))
        settings = load_settings()
        assert settings.policies == tmp_path / "shop" / "policies.md"
        assert settings.events is not None
        assert settings.events.resolve() == tmp_path / "events.csv"

    def test_an_absolute_path_and_a_home_stay_what_they_are(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("HOME", str(tmp_path / "me"))
        write(Path("storeclerk.toml"), 'data_dir = "/srv/data"\npolicies = "~/policies.md"\n')
        settings = load_settings()
        assert settings.data_dir == Path("/srv/data")
        assert settings.policies == tmp_path / "me" / "policies.md"


class TestRefusing:
    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("cards = 0", "cards"),
            ("cards = 99", "cards"),
            ('cards = "many"', "cards"),
            ("port = 70000", "port"),
            ('colour = "red"', "colour"),
            ('[generator]\nkind = "magic"', "generator.kind"),
            ("[generator]\nseconds = 0", "generator.seconds"),
            ('[encoder]\nmodle = "x"', "encoder.modle"),
            ("encoder = 3", "encoder"),
        ],
    )
    def test_a_value_that_cannot_be_is_named_with_its_key_and_file(self, text: str, key: str) -> None:
        write(Path("storeclerk.toml"), text)
        with pytest.raises(SettingsError, match=rf"^Setting '{key}'.*storeclerk\.toml") as caught:
            load_settings()
        assert "\n" not in str(caught.value)

    def test_a_variable_that_cannot_be_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STORECLERK_GENERATOR__SECONDS", "-1")
        with pytest.raises(SettingsError, match=r"generator\.seconds.*STORECLERK_"):
            load_settings()

    def test_a_file_that_is_no_toml_is_named(self) -> None:
        write(Path("storeclerk.toml"), "shop_name = Fern\n")
        with pytest.raises(SettingsError, match=r"storeclerk\.toml cannot be read"):
            load_settings()

    def test_a_named_file_has_to_be_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STORECLERK_CONFIG", "gone.toml")
        with pytest.raises(SettingsError, match=r"gone\.toml"):
            load_settings()


class TestAdapters:
    def test_unset_is_the_shipped_one_on_the_bundled_base(self) -> None:
        assert adapter_of(EncoderSettings(), "encoder") == shipped("encoder")
        assert (Path(shipped("encoder")) / "adapter_model.safetensors").is_file()
        assert adapter_of(EncoderSettings(model="my-model"), "encoder") == ""
        assert shipped("no-such-kind") == ""

    @pytest.mark.parametrize("off", ["", "none"])
    def test_it_can_be_switched_off(self, off: str) -> None:
        assert adapter_of(EncoderSettings(adapter=off), "encoder") == ""

    def test_a_reranker_needs_one(self) -> None:
        assert open_reranker(RerankerSettings()) is None
        with pytest.raises(ModelMissing, match=r"reranker\.adapter"):
            open_reranker(RerankerSettings(kind="model"))

    def test_one_of_another_kind_is_named(self) -> None:
        with pytest.raises(ModelMissing, match="not 'reranker'"):
            open_reranker(RerankerSettings(kind="model", adapter=shipped("encoder")))
