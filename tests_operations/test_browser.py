"""The public site and the console in a real browser: readable at both sizes, by keyboard, and axe finds nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect, sync_playwright

from eseller.operations.console import credentials
from eseller.operations.console.models import Errand, Role
from eseller.operations.incidents import actions, planning
from eseller.operations.incidents.examples import publish_examples
from eseller.operations.incidents.models import Incident, Report
from eseller.operations.incidents.states import ComponentState, Public
from eseller.operations.portal.export import export
from eseller.operations.portal.situation import gather
from tests_operations.conftest import _free_port
from tests_operations.test_acts import ROOT, soon

pytestmark = pytest.mark.usefixtures("browser", "db")
CHROMIUM = os.environ.get("ESELLER_CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SIZES = {"phone": ({"width": 390, "height": 844}, "dark"), "desktop": ({"width": 1440, "height": 900}, "light")}
PASSWORD = "four words that fit"
CONSOLE = (
    "", "alerts/", "incidents/", "incidents/{incident}", "maintenance", "shops", "nodes", "database", "cache",
    "records", "services", "changes", "charts", "levers/", "levers/cluster-switchover", "levers/services-stop",
    "levers/setting", "log", "operators", "subscribers", "account", "runbooks/watch", "reports/{report}",
)  # fmt: skip


class Site:
    """A process that serves the site."""

    def __init__(self, log: Path) -> None:
        self.port = _free_port()
        self.url = f"http://status.localhost:{self.port}"
        environ = os.environ | {"ESELLER_OPERATIONS_PORT": str(self.port), "ESELLER_OPERATIONS_URL": self.url}
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "eseller.node.operations_web"], env=environ, cwd=ROOT, stdout=out, stderr=out
            )
        self.log = log
        soon(self._answers, 30)

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/console/sign-in", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@pytest.fixture(scope="module")
def site(database: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    running = Site(tmp_path_factory.mktemp("site") / "log")
    yield running
    running.process.terminate()
    running.process.wait(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright has an event loop in this thread, which waits while tests ask the database.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    size, scheme = SIZES[request.param]
    context = browser.new_context(
        viewport=size, color_scheme=scheme, bypass_csp=True,  # type: ignore[arg-type]
    )  # fmt: skip
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    context.close()
    # That a form was refused is what the test wants.
    assert [words for words in said if "422" not in words] == []


def wrong_with(page: Page) -> list[str]:
    found = []
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("wider than the screen")
    violations = Axe().run(page, options={"iframes": False}).response["violations"]
    return found + [f"{rule['id']} {[node['html'][:160] for node in rule['nodes'][:3]]}" for rule in violations]


def a_story() -> Incident:
    incident, _ = actions.open_incident(
        "Orders are slow", by="ada", impacts={"checkout": ComponentState.DEGRADED}
    )
    actions.post_update(int(incident.pk), Public.IDENTIFIED, "A disk is **slow**.\n\n- we replace it", by="ada")
    now = timezone.now()
    planning.plan("New disks", "Nothing is noticed.", begins=now + timedelta(hours=1),
                  ends=now + timedelta(hours=2), by="ada")  # fmt: skip
    publish_examples()
    return incident


def test_the_public_site_is_readable_for_everybody(page: Page, site: Site) -> None:
    incident = a_story()
    export(Path(settings.OPERATIONS_DIR) / "site", gather())
    report = Report.objects.filter(state="published").first()
    assert report is not None
    paths = ["", "history/", "maintenance/", "reports/", f"reports/{report.slug}/", f"incidents/{incident.code}/"]
    found = []
    for prefix in ("", "da/", "de/"):
        for path in paths if prefix == "" else ("", "reports/", f"reports/{report.slug}/"):
            page.goto(f"{site.url}/{prefix}{path}")
            assert page.locator("h1").count() == 1
            found += [f"{prefix}{path}: {one}" for one in wrong_with(page)]
    for path in ("subscribe/?lang=da", "subscribe/?lang=de"):
        page.goto(f"{site.url}/{path}")
        found += [f"{path}: {one}" for one in wrong_with(page)]
    assert found == []


def test_somebody_subscribes_by_keyboard(page: Page, site: Site) -> None:
    export(Path(settings.OPERATIONS_DIR) / "site", gather())
    page.goto(f"{site.url}/")
    page.get_by_role("link", name="Subscribe", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Be told of incidents and maintenance")
    page.get_by_label("E-mail address, or https address of the webhook").focus()
    page.keyboard.type("eve@people.example")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Please confirm")


def comes_in(page: Page, site: Site) -> list[str]:
    """Somebody follows their link, sets themselves up, and signs in; returns their recovery codes."""
    operator = credentials.add("ada", role=Role.ADMINISTRATOR, by="test")
    page.goto(f"{site.url}/{credentials.setup_path(operator)}")
    secret = page.locator("code").first.inner_text().replace(" ", "")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_label("Code of the authenticator").fill(pyotp.TOTP(secret).now())
    assert [one for one in wrong_with(page) if "wider" in one] == []
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are set up")
    codes = page.locator(".codes code").all_inner_texts()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Code").fill(codes.pop())
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/console/")
    return codes


def test_every_page_of_the_console_fits_and_axe_finds_nothing(page: Page, site: Site) -> None:
    incident = a_story()
    found = []
    page.goto(f"{site.url}/console/sign-in")
    found += wrong_with(page)
    comes_in(page, site)
    report = Report.objects.filter(state="published").first()
    assert report is not None
    for path in CONSOLE:
        answer = page.goto(f"{site.url}/console/{path.format(incident=incident.pk, report=report.slug)}")
        assert answer is not None
        assert answer.status == 200, path
        found += [f"{path}: {one}" for one in wrong_with(page)]
    assert found == []


def test_an_operator_tells_the_public_and_pulls_a_grave_lever(page: Page, site: Site) -> None:
    codes = comes_in(page, site)
    page.goto(f"{site.url}/console/incidents/")
    page.get_by_text("Open one by hand").click()
    page.get_by_label("What is wrong, as the public may read it").fill("Orders fail")
    page.get_by_label("Checkout and payments").select_option("partial_outage")
    page.get_by_role("button", name="Open the incident").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Orders fail")
    expect(page.get_by_label("What they read, in Markdown")).to_contain_text("trouble with Checkout and payments")
    page.get_by_role("button", name="Publish: Investigating").click()
    expect(page.get_by_text("The public is told")).to_be_visible()
    assert Incident.objects.get().public == "investigating"

    page.goto(f"{site.url}/console/levers/cluster-switchover")
    page.get_by_label("Code of your authenticator").fill("000000")
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_role("alert")).to_contain_text("not right")
    page.get_by_label("Code of your authenticator").fill(codes.pop())
    page.get_by_role("button", name="Do it").click()
    expect(page.locator("#errand")).to_contain_text("It waits for the hand")
    # What becomes of it is shown without a reload.
    Errand.objects.update(state="done", began_at=timezone.now(), ended_at=timezone.now(), output="Done, in a test.")
    expect(page.locator("#errand")).to_contain_text("Done, in a test.")
    time.sleep(1.2)
    assert wrong_with(page) == []
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Operators of")
    page.goto(f"{site.url}/console/log")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Operators of")


def test_what_is_wrong_now_keeps_itself_up_to_date(page: Page, site: Site) -> None:
    comes_in(page, site)
    expect(page.get_by_text("The watch does not answer")).to_be_visible()
    actions.open_incident("Something new", by="bob")
    expect(page.get_by_text("Something new")).to_be_visible(timeout=8000)
