"""Render the gallery's templates to files."""

import re
import shutil
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from eseller.kernel.money import Money
from eseller.ui import jinja
from eseller.ui.gallery import data
from eseller.ui.gallery.pictures import picture
from eseller.ui.theme import Theme, theme_css

HERE = Path(__file__).resolve().parent
UI = HERE.parent
THEMES = {
    "serif": Theme(brand="#9a4a2a", surface="#f7f1e8", display="serif", corners="soft"),
    "sans": Theme(brand="#2b4fd6", surface="#ffffff", display="sans", corners="round"),
    "technical": Theme(brand="#14324a", surface="#f6f7f8", display="technical", corners="square"),
}
SHOP_PAGES = ("home", "category", "product", "cart", "checkout", "checkout_errors", "confirmation")
_EXTERNAL_ICON = re.compile(r'<use href="[^"#]*#')


def write(target: Path) -> list[Path]:
    """Write all pages, styles and pictures below a directory, and return the pages."""
    shutil.copytree(UI / "static", target / "static", dirs_exist_ok=True)
    (target / "pictures").mkdir(exist_ok=True)
    for number in range(12):
        (target / "pictures" / f"{number}.svg").write_text(picture(number))
    for name, theme in THEMES.items():
        (target / f"theme-{name}.css").write_text(theme_css(theme))
    env = _environment()
    written = []
    for template in sorted((HERE / "templates" / "gallery").glob("[!_]*.html")):
        looks: list[str | None] = list(THEMES) if template.stem in SHOP_PAGES else [None]
        for look in looks:
            path = target / (template.name if look in (None, "serif") else f"{template.stem}-{look}.html")
            path.write_text(_page(env, template.name, look))
            written.append(path)
    return written


def _environment() -> Environment:
    env = jinja.environment(loader=FileSystemLoader([HERE / "templates", UI / "templates"]))
    env.globals.update(static=lambda path: f"static/{path}", Money=Money, kroner=data.kroner, data=data)
    return env


def _page(env: Environment, name: str, look: str | None) -> str:
    variables = {} if look is None else {"theme_url": f"theme-{look}.css"}
    text = env.get_template(f"gallery/{name}").render(
        look=look, subject="Order LF-1043", shop_name="Lerfryd", **variables
    )
    # A browser takes symbols of another file only from a server, so the page brings them along.
    text = _EXTERNAL_ICON.sub('<use href="#', text)
    sprite = (UI / "static" / "ui" / "icons.svg").read_text().replace("<svg ", "<svg hidden ", 1)
    return text.replace("</body>", sprite + "</body>")
