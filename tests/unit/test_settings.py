"""Settings: flags over environment over file over defaults, and errors that say where and what."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

import tests.houses
from mockserver.settings import Settings, SettingsError, discover, load, with_options

PROVIDERS = discover(tests.houses)


def loaded(flags=None, environment=None, file=None) -> Settings:
    return load(flags, environment, file, PROVIDERS)


@pytest.fixture
def toml(tmp_path):
    def write(text, name="fauxreel.toml"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_flags_are_stronger_than_environment_and_that_than_the_file(toml):
    file = toml("speed = 2\nseed = 1\nport = 5000\n[acme]\nper_minute = 9\n")
    settings = loaded({"speed": 4.0}, {"FAUXREEL_SPEED": "3", "FAUXREEL_SEED": "7"}, file)
    assert (settings.speed, settings.seed, settings.port) == (4.0, 7, 5000)
    assert settings.providers["acme"].per_minute == 9


def test_a_providers_own_settings_come_from_everywhere():
    assert loaded({"acme.per_minute": "7"}).providers["acme"].per_minute == 7
    assert loaded(None, {"FAUXREEL_ACME_PER_MINUTE": "8"}).providers["acme"].per_minute == 8


ANOTHER = {
    "host": "::1", "clock": "frozen", "speed": 2.5, "start": "2030-01-01T00:00:00Z", "keys": "listed",
    "listed": ("sk-1", "sk-2"), "only": ("acme",), "control_token": "secret", "state": "state.db",
    "state_prefix": "mine", "files": "uploads", "workers": 1,
}  # fmt: skip
"""Another value than the default, where it is no switch and no number (`workers` wants a state in Redis)."""


@pytest.mark.parametrize("name", [name for name in Settings.__struct_fields__ if name != "providers"])
def test_each_setting_is_read_from_a_file_from_the_environment_and_from_a_flag(toml, name):
    default = getattr(Settings(), name)
    value = ANOTHER[name] if name in ANOTHER else not default if isinstance(default, bool) else default + 1
    written = json.dumps(value)
    text = ",".join(value) if isinstance(value, tuple) else written.strip('"')

    ways = [
        loaded(file=toml(f"{name} = {written}\n")),
        loaded(file=toml(f"[tool.fauxreel]\n{name} = {written}\n", "pyproject.toml")),
        loaded(None, {f"FAUXREEL_{name.upper()}": text}),
        loaded({name: text}),
    ]

    assert [getattr(settings, name) for settings in ways] == [value] * 4


def test_a_pyproject_has_them_too(toml):
    assert loaded(file=toml("[tool.fauxreel]\nseed = 5\n", "pyproject.toml")).seed == 5


def test_lists_are_written_with_commas():
    assert loaded({"listed": "a, b"}).listed == ("a", "b")


def test_a_providers_own_lists_are_written_with_commas_too():
    class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        colours: tuple[str, ...] = ()
        sizes: list[int] | None = None
        title: str = ""

    house = replace(PROVIDERS[0], name="house", options=Options)

    def own(flags=None, environment=None):
        return load(flags, environment, providers=[house]).providers["house"]

    assert own({"house.colours": "red, blue", "house.title": "red, blue"}) == Options(
        ("red", "blue"), title="red, blue"
    )
    assert own(None, {"FAUXREEL_HOUSE_SIZES": "1,2"}).sizes == [1, 2]
    assert own({"house.sizes": "none"}).sizes is None
    assert own({"house.colours": ["a,b"]}).colours == ("a,b",)


def test_other_peoples_variables_are_left_alone():
    assert loaded(None, {"FAUXREEL_URL": "http://x", "FAUXREEL_COLOUR": "red"}) == loaded()


@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        ({"sped": 1}, "no setting 'sped'; did you mean 'speed'?"),
        ({"acme.per_minut": 1}, "did you mean 'acme.per_minute'?"),
        ({"speed": "fast"}, "speed"),
        ({"speed": 0}, "to stop time, set clock = frozen"),
        ({"port": 70000}, "a port is 0 to 65535"),
        ({"only": "acne"}, "no provider 'acne'"),
        ({"clock": "cuckoo"}, "clock"),
        ({"start": "yesterday"}, "not an instant"),
        ({"start": "2026-01-01T00:00:00"}, "needs a zone"),
        ({"acme.per_minute": "many"}, "acme.per_minute"),
        ({"journal": -1}, "journal"),
        ({"control_token": ""}, "control_token is empty"),
        ({"control_token": " "}, "control_token is empty"),
        ({"clock": "cuckoo"}, "clock: 'cuckoo' is none of auto, frozen, scaled"),
        ({"seed": "x"}, "seed: expected a whole number"),
        ({"acme.credits": "-1"}, "acme.credits is a sum from 0 to 1000000000000, not -1"),
        ({"acme.credits": "NaN"}, "acme.credits is a sum"),
        ({"acme.credits": "much"}, "acme.credits: expected a sum"),
    ],
)
def test_errors_name_the_setting(flags, problem):
    with pytest.raises(SettingsError, match=problem.replace("?", r"\?").replace("(", r"\(")):
        loaded(flags)


def test_errors_name_the_file(toml, tmp_path):
    with pytest.raises(SettingsError, match=r"fauxreel\.toml"):
        loaded(file=toml("speed = "))
    with pytest.raises(SettingsError, match="there is no file"):
        loaded(file=tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("nanogpt.balance", "is a sum from 0"),
        ("nanogpt.submits_per_minute", "expected a whole number"),
        ("nanogpt.result_days", "expected a whole number >= 0"),
        ("artnex.credits", "is a sum from 0"),
        ("artnex.result_hours", "expected a whole number >= 0"),
        ("nouvel.credits", "is a sum from 0"),
        ("viddyscribe.minutes", "is a sum from 0"),
        ("viddyscribe.queued_jobs", "expected a whole number >= 0"),
    ],
)
def test_no_sum_and_no_count_of_a_provider_is_negative(setting, problem):
    with pytest.raises(SettingsError, match=f"^{setting}:? {problem}"):
        load({setting: "-1"})
    with pytest.raises(SettingsError, match=f"^{setting}"):
        load(None, {f"FAUXREEL_{setting.replace('.', '_').upper()}": "-1"})


def test_clocks_that_stand_begin_in_2026_and_a_scaled_one_when_it_is_told():
    assert loaded({"clock": "frozen"}).first_clock().now() == datetime(2026, 1, 1, tzinfo=UTC)
    assert loaded({"clock": "auto"}).first_clock().mode == "auto"
    assert loaded({"start": "2027-05-01T00:00:00Z"}).first_clock().mock == datetime(2027, 5, 1, tzinfo=UTC)


def test_a_sandbox_may_have_options_of_its_own():
    settings = loaded()
    assert with_options(settings, {"acme.per_minute": 3}, PROVIDERS)["acme"].per_minute == 3
    assert settings.providers["acme"].per_minute == 5
    for changes, problem in (
        ({"acme.per_minit": 3}, "did you mean"),
        ({"acme.per_minute": "x"}, "^acme.per_minute: expected a whole number$"),
        ({"acme.credits": -1}, "^acme.credits is a sum from 0"),
    ):
        with pytest.raises(SettingsError, match=problem):
            with_options(settings, changes, PROVIDERS)


def test_a_value_that_cannot_be_is_named_with_where_it_comes_from(toml):
    for flags, environment, file, told in (
        (None, {"FAUXREEL_SPEED": "fast"}, None, "speed: expected a number, not 'fast' (from the environment)"),
        ({"seed": "x"}, None, None, "seed: expected a whole number, not 'x' (from the command line)"),
        (None, None, toml("clock = 'fast'"), "clock: 'fast' is none of auto, frozen, scaled (from the settings file)"),
        (
            {"acme.credits": "much"},
            None,
            None,
            "acme.credits: expected a sum such as 1.5, not 'much' (from the command",
        ),
    ):
        with pytest.raises(SettingsError) as raised:
            loaded(flags, environment, file)
        assert str(raised.value).startswith(told)


def test_a_server_setting_that_no_sandbox_can_change_is_not_proposed_for_itself():
    with pytest.raises(SettingsError) as raised:
        with_options(loaded(), {"keys": "listed"}, PROVIDERS)
    assert str(raised.value) == "there is no setting 'keys'"
