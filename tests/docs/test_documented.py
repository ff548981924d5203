"""Documented, or this fails: commands, flags, settings, control routes, scenarios; and nothing that is not there."""

import argparse
import dataclasses
import inspect
import re

import msgspec
import pytest

from mockserver import pytest_plugin, testing
from mockserver.cli import _parser
from mockserver.control.room import TASKS
from mockserver.core.accounts import FLAGS
from mockserver.core.conduct import FINDINGS
from mockserver.core.faults import FAULTS
from mockserver.core.scenarios import SCENARIOS
from mockserver.settings import Settings, discover
from mockserver.testing import (
    Account,
    Clock,
    Conduct,
    Due,
    Entry,
    Fault,
    Finding,
    Job,
    Request,
    Sandbox,
    Server,
    Webhook,
)
from mockserver.testing.terms import KNOWN
from tests.docs.pages import anchor, page

COMMAND_LINE = page("docs/reference/command-line.md")
SETTINGS = page("docs/reference/settings.md")
CONTROL = page("docs/reference/control-api.md")
SCENARIO_PAGE = page("docs/reference/scenarios.md")
CONDUCT = page("docs/reference/conduct.md")
KEYS = page("docs/reference/keys-and-accounts.md")
PLUGIN = page("docs/reference/pytest-plugin.md")

OWN = [field for field in msgspec.structs.fields(Settings) if field.name != "providers"]
THEIRS = [(provider.name, field) for provider in discover() for field in msgspec.structs.fields(provider.options)]


def commands():
    """Each command's name and its options, such as `--port`."""
    parser = _parser()
    [choices] = [action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return {name: set(command._option_string_actions) - {"-h", "--help"} for name, command in choices.items()}


def default(field):
    """A setting's default as its page writes it."""
    value = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"`{value:g}`"
    return f"`{value}`" if value not in ((), [], "") else "none"


def row(text, name):
    """The cells of the table row that begins with this name."""
    found = re.search(rf"^\| `{re.escape(name)}` \|(.*)\|$", text, re.MULTILINE)
    return [cell.strip() for cell in found[1].split(" | ")] if found else None


@pytest.mark.parametrize(("command", "options"), commands().items())
def test_every_command_and_each_of_its_flags_is_on_the_page_of_the_command_line(command, options):
    sections = COMMAND_LINE.sections()
    assert f"`{command}`" in sections, f"no heading for {command}"
    linked = set(re.findall(r"\(#([\w-]+)\)", sections[f"`{command}`"]))
    text = sections[f"`{command}`"] + "".join(text for title, text in sections.items() if anchor(title) in linked)
    assert not [option for option in options if f"`{option}" not in text]


def test_the_page_of_the_command_line_has_no_flag_that_is_not_there():
    known = set().union(*commands().values(), {"--version", "--help"})
    assert not set(re.findall(r"`(--[a-z-]+)", COMMAND_LINE.prose)) - known


@pytest.mark.parametrize("field", OWN, ids=lambda field: field.name)
def test_every_setting_is_on_the_page_of_settings_with_its_default(field):
    cells = row(SETTINGS.text, field.name)
    assert cells is not None, f"no row for {field.name}"
    assert cells[0] == default(field)


@pytest.mark.parametrize(("provider", "field"), THEIRS, ids=[f"{name}.{field.name}" for name, field in THEIRS])
def test_every_setting_of_a_provider_is_on_that_providers_page(provider, field):
    text = page(f"docs/reference/{provider}.md").text
    assert re.search(rf"`({provider}\.)?{field.name}`", text), f"{provider}.{field.name} is not on its page"


def test_the_page_of_settings_has_no_setting_that_is_not_there():
    named = set(re.findall(r"^\| `([a-z_]+)` \|", SETTINGS.text, re.MULTILINE))
    assert named == {field.name for field in OWN}


def test_the_control_api_is_documented_route_by_route_and_no_further():
    documented = set(re.findall(r"`(GET|POST|PUT|DELETE) /_mock/([^`]*)`", CONTROL.prose))
    assert documented == set(TASKS)


def test_every_scenario_is_documented_and_no_other():
    named = set(re.findall(r"^\| `([a-z_]+)` \|", SCENARIO_PAGE.text, re.MULTILINE))
    assert named == set(SCENARIOS)


def test_every_fault_is_documented_and_no_other():
    named = set(re.findall(r"^\| `([a-z_]+)(?:\([0-9]+\))?` \|", page("docs/reference/faults.md").text, re.MULTILINE))
    assert named == set(FAULTS)


def test_every_finding_is_documented_and_no_other():
    named = set(re.findall(r"^\| `([a-z-]+)` \|", CONDUCT.text, re.MULTILINE))
    assert named == set(FINDINGS)


def test_the_page_of_conduct_says_which_provider_has_which_finding():
    for provider, column in (("nanogpt", 1), ("nouvel", 2), ("viddyscribe", 3), ("artnex", 4)):
        [advice] = [found.advice(found.options()) for found in discover() if found.name == provider]
        cells = {
            line.split("|")[1].strip("` "): line.split("|")[2:] for line in CONDUCT.text.splitlines() if "|" in line
        }
        documented = {kind for kind in FINDINGS if cells[kind][column].strip()}
        assert documented == set(advice.counsel)


def test_each_scenario_and_fault_has_the_bug_that_it_provokes_and_what_a_good_client_does():
    text = page("docs/how-to/provoke-a-bug.md").text
    rows = re.findall(r"^\| `([a-z_]+)(?:\([0-9]+\))?` \| (.{20,}) \| (.{20,}) \|$", text, re.MULTILINE)
    assert {name for name, _, _ in rows} == set(SCENARIOS) | set(FAULTS)


@pytest.mark.parametrize("flag", FLAGS)
def test_every_word_that_makes_a_key_act_is_documented(flag):
    assert row(KEYS.text, flag) is not None


@pytest.mark.parametrize("provider", discover(), ids=lambda provider: provider.name)
def test_every_provider_is_in_the_readme_and_has_a_page_with_its_paths(provider):
    assert f"| {provider.title} |" in page("README.md").text
    text = page(f"docs/reference/{provider.name}.md").text
    documented = [operation.path for operation in provider.routes if not operation.path.startswith("/media/")]
    assert not [path for path in documented if path not in text]


def public(of):
    """The names of a class that are for users."""
    return [name for name in dir(of) if not name.startswith("_")]


def fields(of):
    return [field.name for field in dataclasses.fields(of)] if dataclasses.is_dataclass(of) else list(of._fields)


@pytest.mark.parametrize(
    ("heading", "of"),
    [
        ("The sandbox", Sandbox),
        ("Conduct", Conduct),
        ("The clock", Clock),
        ("An account", Account),
        ("The server", Server),
    ],
)
def test_every_method_that_tests_may_use_is_on_the_page_of_the_plugin(heading, of):
    told = set(re.findall(r"`(\w+)[`(]", PLUGIN.sections()[heading]))
    assert not [name for name in [*public(of), *own_attributes(of)] if name not in told]


def own_attributes(of):
    """What its `__init__` lays down for users."""
    return re.findall(r"^        self\.([a-z]\w*) = ", inspect.getsource(of), re.MULTILINE)


@pytest.mark.parametrize("of", [Job, Request, Entry, Due, Fault, Finding, Webhook])
def test_every_field_of_what_a_sandbox_tells_is_on_the_page_of_the_plugin(of):
    assert not [name for name in fields(of) if f"`{name}`" not in PLUGIN.prose]


def test_every_fixture_option_and_keyword_of_the_plugin_is_on_its_page_and_no_other():
    sections = PLUGIN.sections()
    fixtures = {name for name, one in vars(pytest_plugin).items() if type(one).__name__ == "FixtureFunctionDefinition"}
    assert set(re.findall(r"^\| `(\w+)` \|", sections["Fixtures"], re.MULTILINE)) == fixtures
    assert set(re.findall(r"^\| `(\w+)` \|", sections["Options"], re.MULTILINE)) == set(pytest_plugin.HELP)
    keywords = {
        name for cell in re.findall(r"^\| (`.*?`) \|", sections["The marker"], re.MULTILINE) for name in words(cell)
    }
    assert keywords == {*KNOWN, "nanogpt", "nouvel"}
    assert {*KNOWN, "nanogpt"} == set(re.findall(r"(\w+)=", pytest_plugin.MARKER))


def words(cell):
    return re.findall(r"`(\w+)`", cell)


def test_all_that_is_exported_for_tests_is_on_the_page_of_the_plugin():
    by_its_fields = {Account, Clock, Conduct, Due, Entry, Fault, Finding, Job, Request, Webhook}
    known = {of.__name__ for of in by_its_fields}
    assert not [name for name in set(testing.__all__) - known if name not in PLUGIN.text]
