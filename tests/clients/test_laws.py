"""What holds for every client, however the provider behaves: Hypothesis draws behaviours and shrinks what breaks a law.

The laws: it ends within its patience; it pays at most once; it brings a whole file home, or raises an error of the tree
and leaves nothing behind; it never polls faster than documented; the server has nothing to say about its conduct; each
request is as described, and so is each answer that no fault has damaged.
"""

from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, note, settings
from hypothesis import strategies as st

from clients.artnex import Artnex, ArtnexOperations, AsyncArtnex
from clients.core.errors import ClientError, LostAnswerError
from clients.core.patience import Patience
from clients.core.scripts import Ask
from clients.nanogpt import AsyncNanoGPT, NanoGPT
from clients.nouvel import AsyncNouvel, Nouvel
from clients.viddyscribe import AsyncViddyScribe, ViddyScribe
from mockserver.hypothesis import SCENARIOS, WHERE, Behaviour, Disturbance, behaviours
from tests.clients.kit import WAYS, astray
from tests.films import film
from tests.providers.conduct.kit import Wall

LAWFUL = settings(
    max_examples=max(settings.default.max_examples // 4, 10),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
WAY = st.sampled_from(WAYS)


class Trial:
    """One client, sent to one provider that behaves somehow."""

    kinds: tuple
    provider: str
    key: str
    pace: float
    polls: str
    patience = None

    def __init__(self, street, way, wall):
        self.stage = street.stage(way)
        self.stage.begin(wall=wall)
        options = {} if self.patience is None else {"patience": self.patience}
        excuses = astray(self.provider, *SCENARIOS)
        self.client = self.stage.client(
            self.kinds, self.key, provider=self.provider, later=True, excuses=excuses, **options
        )

    def go(self, folder):
        """Order, wait and fetch; give the files."""
        raise NotImplementedError

    def prepare(self, folder):
        """What happens before the provider misbehaves."""


class OfNanoGPT(Trial):
    kinds, provider, key = (NanoGPT, AsyncNanoGPT), "nanogpt", "sk-nano-law"
    pace, total, polls = 5, 600, "/api/video/status"

    def go(self, folder):
        return [self.client.generate("veo2-video", prompt="A fox", to=folder / "fox.mp4").file]


class OfNouvel(Trial):
    kinds, provider, key = (Nouvel, AsyncNouvel), "nouvel", "nvl_law"
    pace, total, polls = 10, 1200, "/api/v1/jobs/"

    def go(self, folder):
        return self.client.generate(["https://shop.example/products/shoe"], variantCount=2, to=folder).files


class OfArtnex(Trial):
    kinds, provider, key = (Artnex, AsyncArtnex), "artnex", "artnex-law"
    pace, total, polls = 5, 300, "/v1/video/"

    def go(self, folder):
        return [self.client.generate("A fox", "veo3.1", to=folder / "fox.mp4").file]


class OfViddyScribe(Trial):
    kinds, provider, key = (ViddyScribe, AsyncViddyScribe), "viddyscribe", "vsk_law"
    pace, total, polls = 0, 120, "/enterprise/api/get_results"  # no page names a pace
    patience = Patience(interval=5, total=120)

    def prepare(self, folder):
        talk = folder.with_suffix(".mp4")
        talk.write_bytes(TALK)
        self.media = self.client.upload_media(talk).media_id

    def go(self, folder):
        return [self.client.generate(self.media, to=folder / "talk.mp4").file]


TALK = film(seconds=2, rate=5, sound=None)


@pytest.fixture
def wall(monkeypatch):
    """The real clock as the server sees it, which sleeping moves: time runs, so that its conduct report knows haste."""
    found = Wall()
    for module in ("mockserver.core.clock", "mockserver.settings", "mockserver.control.sandboxes"):
        monkeypatch.setattr(f"{module}.wall_now", found)
    return found


def hold(street, folder, kind, way, behaviour, wall):
    """Send a client through a behaviour, and hold it to the laws."""
    trial = kind(street, way, wall)
    try:
        trial.prepare(folder)
        behaviour.play(trial.stage)
        trial.stage.court.announced = announced(behaviour)
        error, files = None, []
        try:
            files = trial.go(folder)
        except ClientError as raised:
            error = raised
        finally:
            trial.complaints = trial.stage.settle()
        ends_within_its_patience(trial)
        pays_at_most_once(trial)
        knows_its_job(trial, error)
        brings_home_whole_files(trial, folder, files, error)
        keeps_the_pace(trial, error)
        behaves(trial)
        says_and_hears_what_is_described(trial)
    finally:
        trial.stage.close(every_excuse=False)
        trial.stage.forget()


def ends_within_its_patience(trial):
    """Submitting has at most 3 pauses of at most 66 seconds; waiting and fetching have `total` each."""
    assert trial.stage.elapsed <= 3 * 66 + 2 * trial.total * (2 if trial.provider == "nouvel" else 1)


def pays_at_most_once(trial):
    assert len(trial.stage.jobs()) <= 1


def knows_its_job(trial, error):
    """Whatever goes wrong with a job that is paid for, its id is in the error; unless the answer with it was lost."""
    jobs = [each["id"] for each in trial.stage.jobs()]
    assert error is None or isinstance(error, LostAnswerError) or [error.job_id] == (jobs or [None])


def brings_home_whole_files(trial, folder, files, error):
    """Each file has the server's own bytes; what else lies there is nothing."""
    assert (error is None) == bool(files)
    if trial.provider != "nouvel" or error is None:
        assert sorted(folder.iterdir() if folder.exists() else []) == sorted(files)
    trial.stage.ask("DELETE", "faults")
    originals = trial.stage.originals(trial.provider, trial.client, "/media/", "/enterprise/results/")
    for file in folder.iterdir() if folder.exists() else []:
        assert file.suffix == ".mp4"
        assert file.read_bytes() in originals or None in originals


def keeps_the_pace(trial, error):
    """Each poll that the server saw or dropped comes at least the documented time after the one before."""
    asked = trial.stage.journal()
    polls = [instant(each["at"]) for each in asked if each["method"] == "GET" and each["path"].startswith(trial.polls)]
    assert polls or not trial.stage.jobs() or isinstance(error, LostAnswerError)
    assert all((later - earlier).total_seconds() >= trial.pace for earlier, later in pairwise(polls))


def behaves(trial):
    """Time runs here, if only while the client sleeps, so haste is among what the server looks for."""
    findings = trial.stage.ask("GET", "conduct")["items"]
    assert [(each["id"], each["message"]) for each in findings] == []


def says_and_hears_what_is_described(trial):
    """The guard has nothing to say: what is not as described is what the behaviour says, and no more."""
    assert trial.complaints == []


def announced(behaviour):
    """Which faults may strike which exchanges, as the guard wants to know it."""
    return [(one.fault, *WHERE[behaviour.provider][one.moment]) for one in behaviour.disturbances]


def instant(text):
    return datetime.fromisoformat(text)


TRIALS = [OfNanoGPT, OfNouvel, OfViddyScribe, OfArtnex]


def suffered(provider, *disturbances, scenario="succeeds", at=None):
    return Behaviour(provider, scenario, at, tuple(Disturbance(*each) for each in disturbances))


@pytest.mark.parametrize("kind", TRIALS, ids=lambda kind: kind.provider)
def test_the_laws_hold_however_the_provider_behaves(the_street, tmp_path_factory, kind, wall):
    name = kind.provider

    @LAWFUL
    @given(behaviour=behaviours(name), way=WAY)
    @example(behaviour=suffered(name), way="sync-here")
    @example(behaviour=suffered(name, ("reset", "submit")), way="async-socket")
    @example(behaviour=suffered(name, ("html", "poll", 1, 3), scenario="fails", at=0.9), way="sync-here")
    @example(behaviour=suffered(name, ("status(429)", "poll", 0, 8), scenario="stuck"), way="async-here")
    @example(behaviour=suffered(name, ("truncated", "download", 0, 3)), way="sync-socket")
    @example(behaviour=suffered(name, ("malformed", "download", 0, 2)), way="async-here")
    def law(behaviour, way):
        note(f"{behaviour}, {way}")
        hold(the_street, tmp_path_factory.mktemp("law") / "files", kind, way, behaviour, wall)

    law()


# Somebody who breaks a law is caught ------------------------------------------------------------------------------


class PaysTwice(ArtnexOperations):
    def pay(self, ask, reader):
        return self.fetch(ask, reader)


class Hasty(ArtnexOperations):
    default_patience = Patience(interval=1, total=300)


class Endless(ArtnexOperations):
    default_patience = Patience(interval=5, total=3000)


class TakesWhatComes(ArtnexOperations):
    def file(self, url, to, **_):
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes((yield from self.answer(Ask(method="GET", url=url))).content)
        return to


class LeavesCrumbs(ArtnexOperations):
    def file(self, url, to, **options):
        to.parent.mkdir(parents=True, exist_ok=True)
        to.with_name("fox.mp4.half").touch()
        return super().file(url, to, **options)


class Forgetful(ArtnexOperations):
    def wait_for(self, job, poll, reader, on_progress):
        return self._polled(job, poll, reader, on_progress)


class MakesUpFields(ArtnexOperations):
    def ask(self, method, path, *, json=None, **parts):
        return super().ask(method, path, json=json and json | {"promt": "A fox"}, **parts)


class OrdersNothing(ArtnexOperations):
    def ask(self, method, path, *, json=None, **parts):
        return super().ask(method, path, json=json and json | {"model": "none"}, **parts)


@pytest.mark.parametrize(
    ("careless", "behaviour", "law"),
    [
        (PaysTwice, suffered("artnex", ("reset", "submit")), pays_at_most_once),
        (Hasty, suffered("artnex"), keeps_the_pace),
        (Endless, suffered("artnex", scenario="stuck"), ends_within_its_patience),
        (TakesWhatComes, suffered("artnex", ("malformed", "download")), brings_home_whole_files),
        (LeavesCrumbs, suffered("artnex"), brings_home_whole_files),
        (Forgetful, suffered("artnex", scenario="fails"), knows_its_job),
        (MakesUpFields, suffered("artnex"), behaves),
        (OrdersNothing, suffered("artnex"), says_and_hears_what_is_described),
    ],
)
def test_whoever_breaks_a_law_is_caught(the_street, tmp_path, wall, careless, behaviour, law):
    class Kind(OfArtnex):
        kinds = (type("Careless", (Artnex,), {"operations_class": careless}), None)

    with pytest.raises(AssertionError) as caught:
        hold(the_street, tmp_path / "files", Kind, "sync-here", behaviour, wall)

    assert law.__name__ in [frame.name for frame in caught.traceback]


def test_haste_is_found_by_the_server_too(the_street, tmp_path, wall):
    class Kind(OfArtnex):
        kinds = (type("Careless", (Artnex,), {"operations_class": Hasty}), None)

    trial = Kind(the_street, "sync-here", wall)
    trial.go(tmp_path)
    trial.stage.settle()

    with pytest.raises(AssertionError, match="polled-too-fast"):
        behaves(trial)

    trial.stage.close(every_excuse=False)
