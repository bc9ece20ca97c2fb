"""The one catalogue of translations: ``python -m eseller.ui.translations extract|fill|check|compile``.

Sources are ``eseller/locale/LANGUAGE/LC_MESSAGES/eseller.po``. They compile to ``django.mo`` beside them, so that
Python code, form labels, Django's own messages and templates all come out of Django's translation.
"""

import fcntl
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from eseller.kernel import clock

PACKAGE = Path(__file__).resolve().parent.parent
LOCALE = PACKAGE / "locale"
LANGUAGES = ("da", "de")
_METHODS = [("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2"), ("**.py", "python")]
_OPTIONS = {
    "**/templates/**.html": {
        "extensions": "jinja2.ext.i18n,jinja2.ext.do",
        "trimmed": "true",
        "newstyle_gettext": "true",
    },
}
_OPTIONS["**/templates/**.txt"] = _OPTIONS["**/templates/**.html"]
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def source(language: str, locale: Path = LOCALE) -> Path:
    """Return the path of a language's catalogue."""
    return locale / language / "LC_MESSAGES" / "eseller.po"


def compiled(language: str, locale: Path = LOCALE) -> Path:
    """Return the path of what Django loads."""
    return source(language, locale).with_name("django.mo")


def collect(package: Path = PACKAGE) -> Catalog:
    """Return a catalogue of all strings to translate in code and templates, without translations."""
    found = Catalog(project="eSeller Cloud", charset="utf-8")
    messages = extract_from_dir(
        package, _METHODS, _OPTIONS, _KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True
    )
    for filename, _line, message, comments, context in messages:
        found.add(message, None, [(filename, 1)], auto_comments=comments, context=context)
    return found


def extract(package: Path = PACKAGE, locale: Path = LOCALE) -> None:
    """Bring the catalogues up to date with the strings in use; translations stay, also of strings that come back."""
    template = collect(package)
    for language in LANGUAGES:
        with _edited(language, locale) as catalog:
            for message in list(catalog.obsolete.values()):
                catalog[message.id] = message
            catalog.obsolete.clear()
            created = catalog.creation_date
            catalog.update(template, no_fuzzy_matching=True)
            catalog.creation_date = created


def fill(texts: dict[str, dict[str, str | list[str]]], locale: Path = LOCALE) -> None:
    """Put translations in: ``{language: {msgid: text, or list of singular and plural}}``.

    Raises:
        KeyError: when a msgid is in no catalogue (extract first).
    """
    for language, entries in texts.items():
        with _edited(language, locale) as catalog:
            by_id = {_key(message): message for message in catalog if message.id}
            for msgid, text in entries.items():
                by_id[msgid].string = tuple(text) if isinstance(text, list) else text


def problems(package: Path = PACKAGE, locale: Path = LOCALE) -> list[str]:
    """Return what is wrong with the catalogues, one sentence each: untranslated, unknown or with wrong placeholders."""
    wanted = {(message.context, _key(message)) for message in collect(package) if message.id}
    return [problem for language in LANGUAGES for problem in _problems_of(language, wanted, locale)]


def _problems_of(language: str, wanted: set[tuple[str | None, str]], locale: Path) -> Iterator[str]:
    catalog = _read(language, locale)
    known = {(message.context, _key(message)): message for message in catalog if message.id}
    for key in sorted(wanted, key=str):
        message = known.get(key)
        if message is None or not _is_translated(message):
            yield f"{language}: no translation of “{key[1]}”"
        else:
            yield from (f"{language}: “{key[1]}”: {error}" for error in message.check(catalog))


def compile_catalogues(locale: Path = LOCALE, *, only_stale: bool = False) -> None:
    """Write what Django loads, next to its sources. Processes may do so at once: each replaces the file as a whole."""
    for language in LANGUAGES:
        target = compiled(language, locale)
        if only_stale and target.exists() and target.stat().st_mtime >= source(language, locale).stat().st_mtime:
            continue
        with _replaced(target) as file:
            write_mo(file, _read(language, locale))


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _is_translated(message: Message) -> bool:
    texts: Iterable[str] = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    return all(texts) and not message.fuzzy


def _read(language: str, locale: Path) -> Catalog:
    path = source(language, locale)
    if not path.exists():
        team = "eSeller Cloud"
        return Catalog(
            locale=language,
            project=team,
            charset="utf-8",
            msgid_bugs_address="-",
            last_translator=team,
            language_team=team,
            revision_date=clock.now(),
        )
    with path.open("rb") as file:
        return read_po(file, locale=language)


@contextmanager
def _edited(language: str, locale: Path) -> Iterator[Catalog]:
    """Hold the catalogue alone, and write it when the block ends well."""
    path = source(language, locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    with Path(tempfile.gettempdir(), f"eseller-po-{os.getuid()}-{language}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        catalog = _read(language, locale)
        yield catalog
        catalog.fuzzy = False
        with _replaced(path) as file:
            write_po(file, catalog, width=110, sort_output=True, include_lineno=False)


@contextmanager
def _replaced(path: Path) -> Iterator["tempfile._TemporaryFileWrapper[bytes]"]:
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        yield file
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)


def main(arguments: list[str]) -> int:
    """Run one verb; 0 is done, 1 something is missing, 2 wrong use."""
    match arguments:
        case ["extract"]:
            extract()
        case ["fill"]:
            fill(json.load(sys.stdin))
        case ["compile"]:
            compile_catalogues()
        case ["check"]:
            found = problems()
            sys.stdout.writelines(f"{problem}\n" for problem in found)
            return 1 if found else 0
        case _:
            sys.stderr.write("usage: python -m eseller.ui.translations extract|fill|check|compile\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
