"""Settings are read from text, and whatever is wrong with them is told at once with a remedy."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from eseller.config.checks import ROLES
from eseller.config.data import default_data_dir, kept_secret
from eseller.config.environment import descriptions, environment, examine, load
from eseller.config.handing import handed
from eseller.config.setting import BadEnvironment
from eseller.resilience.control.signing import read_keys

PROJECT = Path("/home/somebody/project")
SECRET = "x" * 40
PRODUCTION = {
    "ESELLER_PRODUCTION": "true",
    "ESELLER_SECRET": SECRET,
    "DATABASE_URL": "postgresql://admin:a%2Fb@db.internal,db2.internal:5433/shops?sslmode=require",
    "ESELLER_MAIL_URL": "smtps://mail.internal",
    "ESELLER_SCHEME": "https",
}
WEB_LOGIN = "postgresql://eseller_web:own@pool:6432/shops"


def codes(environ: dict[str, str]) -> list[tuple[str, str]]:
    """The numbers of the problems with the settings they are about."""
    _, problems = examine(environ, project=PROJECT, root=False)
    assert all(problem.remedy for problem in problems)
    return [(problem.code, problem.setting) for problem in problems]


def test_nothing_needs_to_be_set_to_look_around() -> None:
    env = load({}, project=PROJECT, root=False)

    assert env.data_dir == PROJECT / ".data"
    assert env.embedded
    assert (env.port, env.web_processes, env.threads) == (8000, 2, 4)


def test_an_unrelated_variable_does_not_matter() -> None:
    assert load({"HOME": "/x", "PORT": "1"}, project=PROJECT, root=False) == load({}, project=PROJECT, root=False)


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [
        ("ESELLER_PORT", "eighty", "E001"),
        ("ESELLER_PORT", "", "E001"),
        ("ESELLER_PORT", "-1", "E001"),
        ("ESELLER_PORT", "٨٠", "E001"),
        ("ESELLER_PORT", "0", "E002"),
        ("ESELLER_PORT", "65536", "E002"),
        ("ESELLER_PORT", "9" * 5000, "E002"),
        ("ESELLER_DEMO", "maybe", "E001"),
        ("ESELLER_THREADS", "0", "E002"),
        ("ESELLER_WEB_PROCESSES", "1000", "E002"),
        ("ESELLER_LOG_LEVEL", "loud", "E002"),
        ("ESELLER_SCHEME", "gopher", "E002"),
        ("ESELLER_SECRET", "short", "E004"),
        ("ESELLER_MAIL_FROM", "me\nBcc: everybody", "E001"),
        ("ESELLER_MAIL_URL", "http://mail.internal", "E005"),
        ("ESELLER_BACKOFFICE_HOST", "back office", "E001"),
        ("ESELLER_BACKOFFICE_HOST", "shop.example:80", "E001"),
        ("ESELLER_BACKOFFICE_HOST", "mailbox.localhost", "E011"),
        ("DATABASE_URL", "mysql://db/x", "E005"),
        ("DATABASE_URL", "postgresql:///x", "E005"),
        ("DATABASE_URL", "postgresql://user@host/x?nonsense=1", "E005"),
        ("DATABASE_WEB_URL", "postgresql://postgres@host/x", "E012"),
        ("ESELLER_PRIVATE_PORT_BASE", "7999", "E008"),
        ("ESELLER_PRIVATE_PORT_BASE", "7998", "E008"),
        ("ESELLER_PRIVATE_PORT_BASE", "65534", "E008"),
        ("ESELLER_PRIVATE_HOST", "every where", "E001"),
        ("ESELLER_CONTROL_KEYS", "2027a:abc", "E016"),
        ("ESELLER_CONFIG", "/no/such/file.toml", "E006"),
        ("ESELLER_PROT", "9000", "E007"),
    ],
)
def test_a_bad_value_is_told_with_its_number(variable: str, value: str, code: str) -> None:
    assert codes({variable: value}) == [(code, variable)]
    with pytest.raises(BadEnvironment, match=code):
        load({variable: value}, project=PROJECT, root=False)


def test_keys_of_control_calls_are_derived_and_handed_on_unless_they_are_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = f"2027b:{'62' * 32},2027a:{'61' * 32}"
    for name in [name for name in os.environ if name.startswith(("ESELLER_", "DATABASE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ESELLER_DATA", str(tmp_path))
    monkeypatch.setenv("ESELLER_SECRET", SECRET)

    (own,) = read_keys(environment.__wrapped__().control_keys)
    assert (own.name, len(own.secret)) == ("own", 32)
    assert handed(environment.__wrapped__(), "web")["ESELLER_CONTROL_KEYS"] == f"own:{own.secret.hex()}"
    monkeypatch.setenv("ESELLER_SIGNING_KEY", "k" * 40)
    assert read_keys(environment.__wrapped__().control_keys) == [own], "with the secret, it needs no other setting"
    monkeypatch.setenv("ESELLER_CONTROL_KEYS", given)
    assert environment.__wrapped__().control_keys == given
    assert "62" * 32 not in repr(environment.__wrapped__())


def test_who_may_reach_the_private_ports_is_told_when_it_is_not_this_machine_alone() -> None:
    assert codes({"ESELLER_PRIVATE_HOST": "10.0.0.5"}) == [("W005", "ESELLER_PRIVATE_HOST")]
    assert codes({"ESELLER_PRIVATE_HOST": "localhost"}) == []
    assert load({"ESELLER_PRIVATE_HOST": "0.0.0.0"}).private_reached_at == "127.0.0.1"
    assert load({"ESELLER_PRIVATE_HOST": "10.0.0.5"}).private_reached_at == "10.0.0.5"


def test_without_secret_and_keys_production_takes_no_control_calls() -> None:
    environ = PRODUCTION | {"ESELLER_SIGNING_KEY": SECRET, "DATABASE_WEB_URL": WEB_LOGIN}
    del environ["ESELLER_SECRET"]

    assert codes(environ) == [("W004", "ESELLER_CONTROL_KEYS")]
    assert codes(environ | {"ESELLER_CONTROL_KEYS": f"2027a:{'61' * 32}"}) == []


def test_all_problems_are_told_at_once() -> None:
    found = codes({"ESELLER_PORT": "x", "ESELLER_SECRET": "x", "ESELLER_THREAD": "4"})

    assert sorted(code for code, _ in found) == ["E001", "E004", "E007"]


def test_a_slip_of_the_finger_is_recognised() -> None:
    _, problems = examine({"ESELLER_THREAD": "4"}, project=PROJECT, root=False)

    assert [problem.remedy for problem in problems] == ["Did you mean ESELLER_THREADS?"]


def test_production_is_strict() -> None:
    assert codes(PRODUCTION) == []
    assert load(PRODUCTION).mailbox_host == ""
    assert codes({"ESELLER_PRODUCTION": "true"}) == [
        ("E003", "ESELLER_SECRET"),
        ("E013", "ESELLER_SCHEME"),
        ("W001", "DATABASE_URL"),
        ("W002", "ESELLER_MAIL_URL"),
    ]
    assert codes(PRODUCTION | {"ESELLER_SCHEME": "http"}) == [("E013", "ESELLER_SCHEME")]
    assert codes(PRODUCTION | {"ESELLER_DEMO": "1"}) == [("E009", "ESELLER_PRODUCTION")]
    assert codes(PRODUCTION | {"ESELLER_MAILBOX_HOST": "mailbox.localhost"}) == [("E010", "ESELLER_MAILBOX_HOST")]


def test_a_warning_does_not_prevent_a_start() -> None:
    environ = {name: value for name, value in PRODUCTION.items() if name != "ESELLER_MAIL_URL"}

    assert codes(environ) == [("W002", "ESELLER_MAIL_URL")]
    assert load(environ).production


def test_the_file_gives_values_and_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / "eseller.toml"
    file.write_text('port = 9000\nthreads = 8\ndemo = true\nbackoffice_host = "staff.example"\n')
    environ = {"ESELLER_CONFIG": str(file), "ESELLER_THREADS": "3"}

    env = load(environ, project=PROJECT, root=False)

    assert (env.port, env.threads, env.demo, env.backoffice_host) == (9000, 3, True, "staff.example")


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"port = ", "E006"), (b"\xff\xfe", "E006"), (b"prot = 9000", "E007"), (b"port = [1]", "E001")],
)
def test_a_bad_file_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    file = tmp_path / "eseller.toml"
    file.write_bytes(content)

    assert [found for found, _ in codes({"ESELLER_CONFIG": str(file)})] == [code]


def test_roots_data_lie_where_others_can_pass_and_apart_for_each_checkout() -> None:
    one, other = (default_data_dir(Path(f"/root/{name}/my shop"), root=True) for name in "ab")

    assert one.parent == other.parent == Path("/var/lib/eseller")
    assert one != other
    assert one.name.startswith("my-shop-")


def test_role_logins_are_derived_from_the_administrators() -> None:
    env = load(PRODUCTION)

    web, platform = env.role_url("web"), env.role_url("platform")

    assert (web.host, web.name, web.user) == ("db.internal,db2.internal", "shops", "eseller_web")
    assert web.params == (("sslmode", "require"),)
    assert len({web.password, platform.password, env.role_url("owner").password, "a/b"}) == 4
    assert web == load(PRODUCTION).role_url("web"), "another node derives the same"
    assert web.password != load(PRODUCTION | {"ESELLER_SECRET": "y" * 40}).role_url("web").password


def test_a_given_role_login_wins() -> None:
    env = load(PRODUCTION | {"DATABASE_WEB_URL": WEB_LOGIN})

    assert (env.role_url("web").host, env.role_url("web").password) == ("pool", "own")
    assert env.role_url("platform").host == "db.internal,db2.internal"


@pytest.mark.parametrize("role", ["owner", "platform"])
def test_a_login_without_the_one_that_every_process_needs_is_refused(role: str) -> None:
    variable, login = f"DATABASE_{role.upper()}_URL", f"postgresql://eseller_{role}:own@db/shops"

    assert codes({variable: login}) == [("E014", "DATABASE_WEB_URL")]
    assert codes({variable: login, "DATABASE_WEB_URL": WEB_LOGIN}) == []
    assert codes({variable: login, "DATABASE_URL": "postgresql://admin:a@db/shops"}) == []


def test_a_signing_key_alone_leads_to_no_database() -> None:
    key = {"ESELLER_SIGNING_KEY": SECRET}

    assert codes(key) == [("E014", "DATABASE_WEB_URL")]
    assert codes({**key, "ESELLER_SIGNING_KEY": "short"}) == [
        ("E004", "ESELLER_SIGNING_KEY"),
        ("E014", "DATABASE_WEB_URL"),
    ]
    assert codes({**key, "DATABASE_WEB_URL": WEB_LOGIN}) == codes({**key, "ESELLER_SECRET": SECRET}) == []


def test_given_logins_lead_to_another_database_than_the_embedded_one() -> None:
    env = load({"ESELLER_SECRET": SECRET, "DATABASE_WEB_URL": WEB_LOGIN}, project=PROJECT, root=False)

    assert not env.embedded
    assert [role for role in ROLES if env.knows(role)] == ["web"]
    with pytest.raises(BadEnvironment, match="E015 DATABASE_URL"):
        env.admin_address()
    with pytest.raises(BadEnvironment, match="E015 DATABASE_PLATFORM_URL"):
        env.role_url("platform")


def test_an_address_survives_being_written_and_read() -> None:
    address = load(PRODUCTION).role_url("web")
    odd = dataclasses.replace(address, password="p@ss/w:rd?&%", name="a b")

    assert type(odd).parse(odd.url) == odd


def test_secrets_are_not_shown() -> None:
    shown = repr(load(PRODUCTION)) + repr(load(PRODUCTION).role_url("web"))

    assert SECRET not in shown
    assert "a%2Fb" not in shown
    assert load(PRODUCTION).role_url("web").password not in shown


def test_the_secret_is_made_once_and_kept_closed(tmp_path: Path) -> None:
    first = kept_secret(tmp_path / "data")

    assert kept_secret(tmp_path / "data") == first
    assert len(first) >= 64
    assert (tmp_path / "data" / "secret").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o711
    assert os.listdir(tmp_path / "data") == ["secret"]  # noqa: PTH208 - names only


def test_links_leave_out_the_usual_port() -> None:
    assert load({}).link("a.localhost", "/x") == "http://a.localhost:8000/x"
    assert load({"ESELLER_SCHEME": "https", "ESELLER_PUBLIC_PORT": "443"}).link("a.example") == "https://a.example/"


def test_every_setting_is_documented_with_an_example_that_is_valid() -> None:
    for name, about, _ in descriptions():
        assert about.doc.endswith("."), name
        if not about.example.startswith("("):
            about.read(about.example)
