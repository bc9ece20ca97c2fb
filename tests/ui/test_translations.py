import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django import forms
from django.conf import settings
from django.utils import translation
from jinja2 import Environment

from eseller.ui import translations


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "shop" / "templates").mkdir(parents=True)
    (tmp_path / "shop" / "templates" / "page.html").write_text(
        '{{ _("Cart") }}{{ ngettext("%(num)s item", "%(num)s items", 2) }}{% trans %}\n  Hello\n  there\n{% endtrans %}'
    )
    (tmp_path / "shop" / "forms.py").write_text('label = gettext_lazy("Street")\nx = pgettext_lazy("verb", "Order")\n')
    return tmp_path


def ids(path: Path) -> set[str]:
    with path.open("rb") as file:
        return {translations._key(message) for message in read_po(file) if message.id}


def test_strings_are_found_in_templates_and_code(package: Path, tmp_path: Path) -> None:
    translations.extract(package, tmp_path / "locale")
    for language in translations.LANGUAGES:
        found = ids(translations.source(language, tmp_path / "locale"))
        assert found == {"Cart", "%(num)s item", "Hello there", "Street", "Order"}


def test_check_names_what_is_missing_and_what_is_wrong(package: Path, tmp_path: Path) -> None:
    locale = tmp_path / "locale"
    assert len(translations.problems(package, locale)) == 10
    translations.extract(package, locale)
    texts: dict[str, str | list[str]] = {
        "Cart": "Kurv",
        "%(num)s item": ["%(num)s vare", "%(num)s varer"],
        "Hello there": "Hej",
        "Street": "Gade",
        "Order": "Bestil",
    }
    translations.fill({"da": texts, "de": texts}, locale)
    assert translations.problems(package, locale) == []
    translations.fill({"de": {"%(num)s item": ["%(count)s Artikel", "%(num)s Artikel"]}}, locale)
    assert [problem[:2] for problem in translations.problems(package, locale)] == ["de"]


def test_a_translation_survives_its_string_going_and_coming(package: Path, tmp_path: Path) -> None:
    locale, page = tmp_path / "locale", package / "shop" / "templates" / "page.html"
    translations.extract(package, locale)
    translations.fill({"da": {"Cart": "Kurv"}}, locale)
    before = page.read_text()
    page.write_text("")
    translations.extract(package, locale)
    assert "Cart" not in ids(translations.source("da", locale))
    page.write_text(before)
    translations.extract(package, locale)
    with translations.source("da", locale).open("rb") as file:
        message = read_po(file)["Cart"]
    assert message is not None
    assert message.string == "Kurv"


def test_extracting_twice_changes_nothing(package: Path, tmp_path: Path) -> None:
    locale = tmp_path / "locale"
    translations.extract(package, locale)
    before = translations.source("da", locale).read_text()
    translations.extract(package, locale)
    assert translations.source("da", locale).read_text() == before


def test_only_stale_catalogues_are_compiled(package: Path, tmp_path: Path) -> None:
    locale = tmp_path / "locale"
    translations.extract(package, locale)
    translations.compile_catalogues(locale, only_stale=True)
    target = translations.compiled("da", locale)
    os.utime(target, (2_000_000_000, 2_000_000_000))
    translations.compile_catalogues(locale, only_stale=True)
    assert target.stat().st_mtime == 2_000_000_000
    translations.compile_catalogues(locale)
    assert target.stat().st_mtime != 2_000_000_000


def test_an_unknown_string_cannot_be_filled(package: Path, tmp_path: Path) -> None:
    translations.extract(package, tmp_path / "locale")
    with pytest.raises(KeyError):
        translations.fill({"da": {"Nowhere": "Ingen steder"}}, tmp_path / "locale")


def test_the_project_is_translated() -> None:
    assert translations.problems() == []


def test_pages_code_and_djangos_messages_come_out_of_one_catalogue(env: Environment) -> None:
    assert translations.LOCALE in [Path(path) for path in settings.LOCALE_PATHS]
    page = env.get_template("ui/error_404.html")
    for language, heading, required in (
        ("en", "This page does not exist", "This field is required."),
        ("da", "Siden findes ikke", "Dette felt er påkrævet."),
        ("de", "Diese Seite gibt es nicht", "Dieses Feld ist zwingend erforderlich."),
        ("fr", "This page does not exist", "Ce champ est obligatoire."),
    ):
        with translation.override(language):
            html = page.render()
            assert f"<h1>{heading}</h1>" in html
            assert f'<html lang="{language}">' in html
            assert translation.gettext("This page does not exist") == heading
            assert forms.CharField().error_messages["required"] == required


def test_the_command() -> None:
    command = [sys.executable, "-m", "eseller.ui.translations"]
    assert subprocess.run([*command, "nonsense"], capture_output=True, check=False).returncode == 2
    done = subprocess.run([*command, "fill"], input=json.dumps({"da": {}}), text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
