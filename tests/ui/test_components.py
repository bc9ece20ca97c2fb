import re
from pathlib import Path

import pytest
from django import forms
from jinja2 import Environment, UndefinedError, nodes
from markupsafe import Markup

from eseller.ui.gallery.write import HERE, UI

SVG_IDS = set(re.findall(r'<symbol id="([^"]+)"', (UI / "static" / "ui" / "icons.svg").read_text()))


class Form(forms.Form):
    email = forms.EmailField(help_text="For the receipt")
    note = forms.CharField(required=False)
    size = forms.ChoiceField(choices=[("s", "Small"), ("l", "Large")], widget=forms.RadioSelect)
    terms = forms.BooleanField()
    token = forms.CharField(widget=forms.HiddenInput)


def drawn(env: Environment, source: str, **values: object) -> str:
    return env.from_string(source).render(**values)


def wrong_form() -> Form:
    form = Form({"email": "<b>"})
    form.is_valid()
    return form


def test_the_gallery_shows_every_macro(env: Environment) -> None:
    used = "".join(path.read_text() for path in (HERE / "templates" / "gallery").glob("*.html"))
    used += (UI / "templates" / "ui" / "base.html").read_text()
    paths = (UI / "templates" / "ui").glob("*.html")
    macros = {macro.name for path in paths for macro in env.parse(path.read_text()).find_all(nodes.Macro)}
    shown = {name for name in macros if re.search(rf"[{{%(~ ]\s*{name}\(", used)}
    assert {name for name in macros - shown if not name.startswith("_")} == set()
    assert len(macros) > 40


def test_pages_are_whole_and_hold_no_unknown_icon(gallery: Path) -> None:
    for path in gallery.glob("*.html"):
        text = path.read_text()
        assert text.rstrip().endswith("</html>"), path.name
        assert set(re.findall(r'<use href="#([^"]+)"', text)) <= SVG_IDS, path.name


def test_a_field_wires_label_help_and_error(env: Environment) -> None:
    html = drawn(env, '{% from "ui/field.html" import field %}{{ field(form.email) }}', form=wrong_form())
    assert '<label class="field-label" for="id_email">' in html
    assert 'aria-describedby="id_email_help id_email_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_email_error"' in html
    assert "Enter a valid email address." in html
    assert 'value="&lt;b&gt;"' in html


def test_a_field_without_trouble_claims_none(env: Environment) -> None:
    html = drawn(env, '{% from "ui/field.html" import field %}{{ field(form.note) }}', form=Form())
    assert "aria-" not in html
    assert "(optional)" in html


def test_a_radio_field_is_a_group_with_one_error(env: Environment) -> None:
    html = drawn(env, '{% from "ui/field.html" import field %}{{ field(form.size) }}', form=wrong_form())
    assert re.search(r'<fieldset class="field" id="id_size" aria-describedby="id_size_error">', html)
    assert html.count('type="radio"') == 2
    assert html.count('id="id_size_error"') == 1


def test_a_hidden_field_has_no_label(env: Environment) -> None:
    html = drawn(env, '{% from "ui/field.html" import field %}{{ field(form.token) }}', form=Form())
    assert 'type="hidden"' in html
    assert "<label" not in html


def test_the_summary_links_to_each_field_of_each_form(env: Environment) -> None:
    other = Form({}, prefix="other")
    other.is_valid()
    source = '{% from "ui/form_errors.html" import form_errors %}{{ form_errors(one, two) }}'
    html = drawn(env, source, one=wrong_form(), two=other)
    assert 'role="alert"' in html
    assert 'href="#id_email"' in html
    assert 'href="#id_other-email"' in html
    assert drawn(env, source, one=Form(), two=Form()).strip() == ""


def test_everything_given_is_escaped(env: Environment) -> None:
    hostile = '"><script>alert(1)</script>'
    source = """
    {% from "ui/button.html" import button, link_button %}{{ button(x, name=x, value=x, attrs={"data-x": x}) }}
    {{ link_button(x, x) }}
    {% from "ui/badge.html" import badge %}{{ badge(x) }}
    {% from "ui/alert.html" import alert %}{{ alert(x, title=x) }}
    {% from "ui/image.html" import image %}{{ image(x, x, srcset=[(x, 1)]) }}
    {% from "ui/search_box.html" import search_box %}{{ search_box(x, x, label=x) }}
    {% from "ui/breadcrumbs.html" import breadcrumbs %}{{ breadcrumbs([(x, x), (x, x)]) }}
    {% from "ui/pagination.html" import pagination %}{{ pagination(2, 9, x) }}
    {% from "ui/table.html" import table %}
    {% call(row, key) table([{"key": "a", "label": x}], [x], x) %}{{ row }}{% endcall %}
    {{ icon("cart", x) }}
    """
    assert "<script" not in drawn(env, source, x=hostile)


def test_pagination_keeps_to_a_few_links(env: Environment) -> None:
    source = '{% from "ui/pagination.html" import pagination %}{{ pagination(page, pages, "?page=") }}'
    html = drawn(env, source, page=50, pages=100)
    assert re.findall(r">(\d+)<", html) == ["1", "49", "50", "51", "100"]
    assert 'rel="prev"' in html
    assert 'rel="next"' in html
    assert drawn(env, source, page=1, pages=1).strip() == ""


def test_an_unknown_variable_is_an_error(env: Environment) -> None:
    with pytest.raises(UndefinedError):
        drawn(env, "{{ nothing }}")


def test_html_is_escaped_and_text_is_not(env: Environment) -> None:
    html = env.get_template("ui/error_404.html").render()
    assert "<h1>This page does not exist</h1>" in html
    text = env.get_template("ui/mail_base.txt").render(subject="Mugs & bowls", shop_name="A & B")
    assert "Mugs & bowls" in text
    assert "A & B" in text


@pytest.mark.parametrize("name", ["403", "404", "500", "503", "host"])
def test_error_pages_need_no_context(env: Environment, name: str) -> None:
    assert "<h1>" in env.get_template(f"ui/error_{name}.html").render()


def test_options_cannot_switch_escaping_off() -> None:
    from eseller.ui.jinja import environment

    assert environment(autoescape=False).from_string("{{ x }}").render(x="<") == "&lt;"


def test_icons_are_silent_or_named(env: Environment) -> None:
    assert 'aria-hidden="true"' in drawn(env, "{{ icon('cart') }}")
    named = drawn(env, "{{ icon('cart', 'Cart') }}")
    assert 'role="img" aria-label="Cart"' in named
    assert isinstance(env.globals["icon"]("cart"), Markup)  # type: ignore[operator]
