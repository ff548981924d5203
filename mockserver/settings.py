"""Settings: one frozen value, from flags over environment over file over defaults; and which providers there are."""

import importlib
import pkgutil
import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

import msgspec

import mockserver.providers
from mockserver.core.clock import START, Clock, wall_now
from mockserver.web.complaints import worded

if TYPE_CHECKING:
    from mockserver.core.world import Terms
    from mockserver.web.provider import Provider

FILES = ("fauxreel.toml", "pyproject.toml")
PREFIX = "FAUXREEL_"
FASTEST, SLOWEST = 1_000_000, 0.001
MOST = 10**12
WORKERS = 64
SECRETS = ("token", "key", "listed", "auth", "secret")
"""What is in the names of settings whose values are not repeated."""
NOTHING_GIVEN: Mapping[str, tuple[str, object]] = {}
SHARED = ("redis://", "rediss://", "unix://")
"""How the addresses of a shared state begin."""


class SettingsError(ValueError):
    """A setting that there is not, or a value that it cannot have; the message says where it came from."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All that can be set. `providers` holds providers' own options by name; one that is not there has its defaults.

    clock: `scaled` (mock time runs `speed` times as fast as real time), `frozen` (moved by hand), `auto` (each status
    poll moves to the job's next change). start: the first mock instant, ISO 8601; left out: now for a scaled clock,
    2026-01-01T00:00:00Z for the others. keys: `any` well-formed key opens an account, or only the `listed` ones.
    seed: of all chance. only: serve these providers alone. pure: no headers, directives and magic keys of the mock's
    own. journal: how many exchanges a sandbox remembers. sandboxes: how many there can be at once. jobs: how many each
    provider holds in a sandbox. state: the file that
    keeps all state through restarts and crashes, or the Redis server where several workers and machines share it; left
    out: memory alone. state_prefix: how keys begin there. files: the folder where uploads are kept; left out: beside a
    file, for Redis one of this machine's. workers: how many processes serve.
    """

    host: str = "127.0.0.1"
    port: int = 4747
    clock: Literal["scaled", "frozen", "auto"] = "scaled"
    speed: float = 60.0
    start: str | None = None
    keys: Literal["any", "listed"] = "any"
    listed: tuple[str, ...] = ()
    seed: int = 0
    only: tuple[str, ...] = ()
    pure: bool = False
    control: bool = True
    control_token: str | None = None
    access_log: bool = False
    journal: int = 1000
    sandboxes: int = 1000
    jobs: int = 1_000_000
    clip_cache_mb: int = 256
    state: str | None = None
    state_prefix: str = "fauxreel"
    files: str | None = None
    workers: int = 1
    providers: dict[str, Any] = msgspec.field(default_factory=dict)

    def terms(self) -> "Terms":
        """Give what new sandboxes begin with."""
        from mockserver.core.world import Terms  # noqa: PLC0415 - settings are read before a server is loaded

        return Terms(
            clock=self.first_clock(),
            seed=self.seed,
            keys=self.keys,
            listed=frozenset(self.listed),
            magic=not self.pure,
            journal=self.journal,
            sandboxes=self.sandboxes,
            jobs=self.jobs,
        )

    def first_clock(self) -> Clock:
        """Give the clock with which time begins."""
        wall = wall_now()
        if self.clock == "scaled":
            return Clock(wall=wall, mock=instant(self.start) if self.start else wall, rate=self.speed)
        at = instant(self.start) if self.start else START
        return Clock(wall=wall, mock=at, rate=0, auto=self.clock == "auto")


def instant(text: str) -> datetime:
    """Read an instant in ISO 8601, with a zone; raises SettingsError for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(f"{text!r} is not an instant such as 2026-01-01T00:00:00Z") from error
    if found.tzinfo is None or not 1970 <= found.year < 4000:
        raise SettingsError(f"{text!r} needs a zone, as in 2026-01-01T00:00:00Z, and a year from 1970 to 3999")
    return found


def provider_names(package: ModuleType = mockserver.providers) -> list[str]:
    """Name the providers of a package, without loading them: each folder in it is one, and nothing registers it."""
    return [module.name for module in pkgutil.iter_modules(package.__path__) if module.ispkg]


def discover(package: ModuleType = mockserver.providers) -> "list[Provider]":
    """Load the providers of a package: the PROVIDER of each folder in it."""
    return [importlib.import_module(f"{package.__name__}.{name}").PROVIDER for name in provider_names(package)]


def load(
    flags: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
    file: Path | None = None,
    providers: "Sequence[Provider] | None" = None,
) -> Settings:
    """Put settings together: flags over environment over file over defaults.

    `flags` has plain names, and `provider.option` for a provider's own. Providers are loaded only if they are given,
    or if one of their own options is set. Raises SettingsError for what is unknown.
    """
    names = provider_names() if providers is None else [provider.name for provider in providers]
    in_file, in_flags, variables = from_file(file), dict(flags or {}), environment or {}
    if providers is None and _concern_providers([*in_file, *in_flags], variables, names):
        providers = discover()
    merged: dict[str, object] = {}
    for source, values in (
        ("the settings file", in_file),
        ("the environment", from_environment(variables, providers or ())),
        ("the command line", in_flags),
    ):
        merged |= {name: (source, value) for name, value in values.items()}
    return _settings(merged, providers or (), names)


def _concern_providers(names: Sequence[str], variables: Mapping[str, str], providers: Sequence[str]) -> bool:
    """Tell whether any of this may be a provider's own option."""
    prefixes = tuple(f"{PREFIX}{name.upper()}_" for name in providers)
    return any("." in name for name in names) or any(name.startswith(prefixes) for name in variables)


def with_options(settings: Settings, changes: Mapping[str, object], providers: "Sequence[Provider]") -> dict[str, Any]:
    """Give the providers' options with some changed, as `{"nanogpt.profile": "2025"}` says; for a sandbox's own."""
    found = {provider.name: options_of(settings, provider) for provider in providers}
    for name, value in changes.items():
        provider, _, option = name.partition(".")
        known = [each for each in _known(providers) if "." in each]
        if name not in known:
            raise SettingsError(_unknown(name, known))
        before = msgspec.to_builtins(found[provider])
        found[provider] = _converted({**before, option: value}, type(found[provider]), provider)
    return found


def options_of(settings: Settings, provider: "Provider") -> Any:  # noqa: ANN401 - each provider has its own type
    """Give a provider's options: as they were set, or its defaults."""
    found = settings.providers.get(provider.name)
    return provider.options() if found is None else found


def from_file(path: Path | None) -> dict[str, object]:
    """Read `fauxreel.toml`, or `[tool.fauxreel]` of a pyproject.toml; one that was named must exist."""
    candidates = [path] if path is not None else [Path(name) for name in FILES]
    for candidate in candidates:
        if not candidate.is_file():
            continue
        try:
            content = tomllib.loads(candidate.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{candidate}: {error}") from error
        if candidate.name == "pyproject.toml":
            content = content.get("tool", {}).get("fauxreel")
            if content is None:
                continue
        return _flat(content)
    if path is not None:
        raise SettingsError(f"there is no file {path}")
    return {}


def from_environment(environment: Mapping[str, str], providers: "Sequence[Provider]") -> dict[str, object]:
    """Read `FAUXREEL_SPEED`, `FAUXREEL_NANOGPT_PROFILE`; names that are no settings belong to somebody else."""
    names = {name.replace(".", "_").upper(): name for name in _known(providers)}
    return {
        names[variable.removeprefix(PREFIX)]: value
        for variable, value in environment.items()
        if variable.startswith(PREFIX) and variable.removeprefix(PREFIX) in names
    }


def _flat(content: Mapping[str, object]) -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in content.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{option}": its for option, its in value.items()}
        else:
            flat[name] = value
    return flat


def _known(providers: "Sequence[Provider]") -> dict[str, Any]:
    """All settings that there are, with their types."""
    found = {field.name: field.type for field in msgspec.structs.fields(Settings) if field.name != "providers"}
    for provider in providers:
        found |= {f"{provider.name}.{field.name}": field.type for field in msgspec.structs.fields(provider.options)}
    return found


def _settings(merged: Mapping[str, Any], providers: "Sequence[Provider]", names: Sequence[str]) -> Settings:
    known = _known(providers)
    own: dict[str, object] = {}
    options: dict[str, dict[str, object]] = {provider.name: {} for provider in providers}
    for name, (source, value) in merged.items():
        if name not in known:
            raise SettingsError(f"{_unknown(name, list(known))} (from {source})")
        provider, _, option = name.rpartition(".")
        (options[provider] if provider else own)[option] = _as_written(value, known[name])
    typed = {
        provider.name: _converted(options[provider.name], provider.options, provider.name, merged)
        for provider in providers
    }
    settings: Settings = _converted({**own, "providers": typed}, Settings, "", merged)
    _check(settings, names)
    return settings


def _as_written(value: object, of: Any) -> object:  # noqa: ANN401 - a type
    """Read what a command line, the environment or a file has: lists have commas there, and `none` is nothing."""
    if not isinstance(value, str):
        return value
    if value.lower() in {"none", "null"}:
        return None
    return [part.strip() for part in value.split(",") if part.strip()] if _is_list(of) else value


def _is_list(of: Any) -> bool:  # noqa: ANN401 - a type
    """Tell whether a setting of this type is a list, perhaps one that can be left out."""
    kind = msgspec.inspect.type_info(of)
    kinds = kind.types if isinstance(kind, msgspec.inspect.UnionType) else (kind,)
    return any(isinstance(one, msgspec.inspect.CollectionType | msgspec.inspect.TupleType) for one in kinds)


def _converted(
    values: Mapping[str, object],
    to: Any,  # noqa: ANN401 - a struct type
    owner: str,
    given: Mapping[str, tuple[str, object]] = NOTHING_GIVEN,
) -> Any:  # noqa: ANN401 - its value
    """Read the server's own settings, or those of the provider `owner`; `given` tells where each comes from."""
    prefix = f"{owner}." if owner else ""
    try:
        found = msgspec.convert(values, to, strict=False)
    except msgspec.ValidationError as error:
        name, problem = worded(error, to)
        raise SettingsError(f"{prefix}{name}: {problem}{_given(prefix + name, problem, given)}") from error
    for name in to.__struct_fields__:
        value = getattr(found, name)
        if isinstance(value, Decimal) and not (value.is_finite() and 0 <= value <= MOST):
            raise SettingsError(f"{prefix}{name} is a sum from 0 to {MOST}, not {value}")
    return found


def _given(name: str, problem: str, given: Mapping[str, tuple[str, object]]) -> str:
    """Say what a setting was given that cannot be, and where; no keys and tokens."""
    source, value = given.get(name, ("", None))
    shown = isinstance(value, str) and problem.startswith("expected") and not any(word in name for word in SECRETS)
    return (f", not {str(value)[:80]!r}" if shown else "") + (f" (from {source})" if source else "")


def _unknown(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"there is no setting '{name}'" + (f"; did you mean '{near[0]}'?" if near else "")


def _check(settings: Settings, names: Sequence[str]) -> None:
    for name in settings.only:
        if name not in names:
            raise SettingsError(f"there is no provider '{name}'; there are: {', '.join(names)}")
    if not SLOWEST <= settings.speed <= FASTEST:
        raise SettingsError(
            f"speed is {SLOWEST} to {FASTEST}, not {settings.speed:g}; to stop time, set clock = frozen"
        )
    if not 0 <= settings.port <= 65535:
        raise SettingsError(f"a port is 0 to 65535, not {settings.port}")
    if settings.control_token is not None and not settings.control_token.strip():
        raise SettingsError("control_token is empty: leave it out, or set one that cannot be guessed")
    if settings.journal < 0 or min(settings.sandboxes, settings.jobs, settings.clip_cache_mb) < 1:
        raise SettingsError("journal is at least 0, sandboxes, jobs and clip_cache_mb are at least 1")
    _check_state(settings)
    settings.first_clock()


def _check_state(settings: Settings) -> None:
    state = settings.state
    if state is not None and (not state.strip() or ("://" in state and not state.startswith(SHARED))):
        raise SettingsError(f"state is the path of a file, or redis://host:6379/0, not {state!r}")
    if not 1 <= settings.workers <= WORKERS:
        raise SettingsError(f"workers is 1 to {WORKERS}, not {settings.workers}")
    if settings.workers > 1 and not (state or "").startswith(SHARED):
        raise SettingsError("several workers need a state that they share: --state redis://host:6379/0")
    if not settings.state_prefix.strip():
        raise SettingsError("state_prefix is empty: it keeps servers apart that share one Redis")
