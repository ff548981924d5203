"""The pytest plugin as a user meets it: fixtures, marker, ini file, report, workers, and what it does not load."""

import re
import select
import socket

import pytest

from tests.plugin_kit import run_pytest

APP = '''
    import json
    import urllib.request

    ORDER = {"model": "veo2-video", "prompt": "an eagle", "duration": "5s"}


    def ask(url, key, body=None):
        """The JSON that is answered."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"x-api-key": key, "content-type": "application/json"})
        with urllib.request.urlopen(request) as response:
            return json.load(response)


    def order(fauxreel, key=None):
        return ask(fauxreel.url("nanogpt") + "/api/generate-video", key or fauxreel.key("nanogpt"), ORDER)


    def status(fauxreel, job):
        url = fauxreel.url("nanogpt") + "/api/video/status?requestId=" + job["runId"]
        return ask(url, fauxreel.key("nanogpt"))["data"]["status"]
'''


def passes(folder, test, *words, **files):
    """Run a test file, which is to pass as a whole; the number of tests that passed, and what was printed."""
    written = {f"{name}.ini": text for name, text in files.items()}
    done = run_pytest(folder, *words, files={"app.py": APP, "test_it.py": test, **written})
    assert done.returncode == 0, done.stdout + done.stderr
    return int(re.search(r"(\d+) passed", done.stdout)[1])


def test_polls_move_time_and_each_test_has_a_sandbox_of_its_own(tmp_path):
    test = """
    import pytest
    from app import order, status


    @pytest.mark.parametrize("run", range(3))
    def test_it(fauxreel, run):
        assert fauxreel.jobs() == []
        job = order(fauxreel)
        assert [status(fauxreel, job) for _ in range(3)] == ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]
        assert (fauxreel.account("nanogpt").charged, str(fauxreel.account("nanogpt").available)) == (1, "46.6")
        assert fauxreel.clock.mode == "auto"
    """
    assert passes(tmp_path, test) == 3


def test_the_marker_says_how_the_sandbox_begins_and_the_nearest_one_wins(tmp_path):
    test = """
    import datetime
    import pytest
    from app import order

    pytestmark = pytest.mark.fauxreel(clock="frozen", seed=7)


    @pytest.mark.fauxreel(scenario="fails", at=0.25, start="2030-01-01T00:00:00Z", nanogpt={"profile": "2025"})
    def test_marked(fauxreel):
        job = order(fauxreel)
        fauxreel.clock.advance(until="idle")
        assert (fauxreel.clock.mode, fauxreel.clock.now.year) == ("frozen", 2030)
        assert [one.state for one in fauxreel.jobs()] == ["failed"]
        assert "id" not in job  # as it was in 2025
        assert fauxreel.account("nanogpt").charged == 0


    @pytest.mark.fauxreel(clock="scaled", speed=5, accounts={"nanogpt": {"sk-nano-test": "3.50"}})
    def test_marked_otherwise(fauxreel):
        assert fauxreel.clock.mode == "scaled"
        assert order(fauxreel)["remainingBalance"] == 0.1


    def test_module(fauxreel):
        assert fauxreel.clock.mode == "frozen"
        assert fauxreel.ask("GET", "sandboxes/" + fauxreel.name)["seed"] == 7
    """
    assert passes(tmp_path, test) == 3


MISTAKES = {
    "colour='red'": "a sandbox has no colour=",
    "sede=7": "did you mean seed=?",
    "'frozen'": "takes keywords",
    "clock='slow'": "'clock'",
    "scenario='flails'": "did you mean 'fails'?",
    "nanogpt='2025'": "nanogpt={'profile': '2025'}",
    "nanogpt={'profil': '2025'}": "did you mean 'nanogpt.profile'?",
}


def test_a_marker_that_makes_no_sense_is_an_error_that_helps(tmp_path):
    tests = "".join(
        f"@pytest.mark.fauxreel({mark})\ndef test_{number}(fauxreel): pass\n" for number, mark in enumerate(MISTAKES)
    )
    done = run_pytest(tmp_path, "--tb=line", files={"test_it.py": f"import pytest\n{tests}"})
    assert f"{len(MISTAKES)} errors" in done.stdout
    assert not [problem for problem in MISTAKES.values() if problem not in done.stdout]


def test_the_ini_file_sets_what_holds_for_all_tests(tmp_path):
    test = """
    from app import order

    def test_it(fauxreel):
        assert fauxreel.clock.mode == "frozen"
        assert fauxreel.ask("GET", "sandboxes/" + fauxreel.name)["seed"] == 9
        assert order(fauxreel)["remainingBalance"] == 1.6
        assert fauxreel.ask("GET", "health")["providers"] == ["nanogpt"]
    """
    ini = """
    [pytest]
    fauxreel_clock = frozen
    fauxreel_seed = 9
    fauxreel_config = mock.toml
    fauxreel_settings =
        nanogpt.balance = 5
    """
    (tmp_path / "mock.toml").write_text('only = ["nanogpt"]\nclock = "scaled"\ncontrol = false\n')
    assert passes(tmp_path, test, "-c", "pytests.ini", pytests=ini) == 1


def test_settings_are_found_in_the_root_folder_wherever_pytest_is_started(tmp_path):
    (tmp_path / "fauxreel.toml").write_text("[nanogpt]\nbalance = 7\n")
    test = """
    def test_it(fauxreel):
        assert str(fauxreel.account("nanogpt").available) == "7"
    """
    done = run_pytest(tmp_path, "--rootdir", ".", "deep/er", files={"deep/er/test_it.py": test})
    assert done.returncode == 0, done.stdout


def test_a_server_that_cannot_start_says_why(tmp_path):
    (tmp_path / "fauxreel.toml").write_text("sped = 7\n")
    done = run_pytest(tmp_path, files={"test_it.py": "def test_it(fauxreel): pass"})
    assert done.returncode == 1
    assert "ServerError: the server did not start: fauxreel: there is no setting 'sped'; did you mean 'speed'?" in (
        done.stdout
    )


def test_a_failing_tests_report_shows_requests_states_and_money_and_no_keys(tmp_path):
    test = """
    from app import order, status

    def test_it(fauxreel):
        fauxreel.scenario("fails")
        job = order(fauxreel, fauxreel.key("nanogpt"))
        while status(fauxreel, job) != "FAILED":
            pass
        assert False, "look at the report"
    """
    done = run_pytest(tmp_path, files={"app.py": APP, "test_it.py": test})
    shown = done.stdout.partition(" fauxreel -")[2].partition("= short test summary")[0]
    events = re.findall(r"^01-01 00:0\d:\d\d\.\d\d\d  (.*)$", re.sub(r"vid_\w+", "JOB", shown), re.MULTILINE)
    poll = "GET /api/video/status?requestId=JOB key sk-…st → 200"
    assert events == [
        "POST /api/generate-video key sk-…st → 202", "nanogpt JOB IN_QUEUE", "nanogpt JOB charge 3.4 USD",
        poll, "nanogpt JOB IN_PROGRESS", poll, "nanogpt JOB FAILED", "nanogpt JOB refund 3.4 USD", poll,
    ]  # fmt: skip
    assert "nanogpt key sk-…st: 50 granted, 0 spent, 0 held, 50 available (USD)" in shown
    assert "sk-nano-test" not in shown


def test_findings_can_be_read_in_the_report(tmp_path):
    test = """
    from app import ask, order, ORDER

    def test_it(fauxreel):
        for wrong in ("Duration", "promt", "modell", "aspect_ratoi"):
            ask(fauxreel.url("nanogpt") + "/api/generate-video", fauxreel.key("nanogpt"), ORDER | {wrong: "5"})
        assert not fauxreel.conduct.findings
    """
    shown = run_pytest(tmp_path, files={"app.py": APP, "test_it.py": test}).stdout

    assert re.search(r"^E +assert not <[0-9]+ findings?: .*nanogpt unknown-field.*>$", shown, re.MULTILINE), shown
    told = shown.partition("against the providers' advice (conduct):\n")[2]
    assert told.startswith("nanogpt unknown-field: POST /api/generate-video was sent with 'Duration' in its body; ")
    assert "Finding(" not in shown


@pytest.mark.parametrize(("lines", "shown"), [("5", 5), ("0", 0)])
def test_the_report_is_as_long_as_the_ini_file_says(tmp_path, lines, shown):
    test = """
    from app import order, status

    def test_it(fauxreel):
        fauxreel.scenario("stuck")
        for _ in range(3):
            job = order(fauxreel)
            for _ in range(30):
                status(fauxreel, job)
        raise AssertionError
    """
    files = {"app.py": APP, "test_it.py": test, "its.ini": f"[pytest]\nfauxreel_timeline = {lines}\n"}
    done = run_pytest(tmp_path, "-c", "its.ini", files=files)
    assert len(re.findall(r"^01-01 .*$", done.stdout, re.MULTILINE)) == shown
    assert ("… 13 earlier lines are left out" in done.stdout) is bool(shown)
    assert ("(29 times, until 01-01 00:00:" in done.stdout) is bool(shown)


def test_a_test_that_passes_or_does_not_use_it_reports_nothing(tmp_path):
    test = """
    def test_it(fauxreel): pass
    def test_other(): raise AssertionError
    """
    assert " fauxreel -" not in run_pytest(tmp_path, files={"test_it.py": test}).stdout


def test_the_variables_are_set_for_one_test(tmp_path):
    test = """
    import os

    def test_it(fauxreel, fauxreel_env):
        assert os.environ["NANOGPT_BASE_URL"] == os.environ["FAUXREEL_URL"] == fauxreel.url("nanogpt")
        assert os.environ["NOUVEL_API_KEY"] == fauxreel.key("nouvel") == fauxreel_env["NOUVEL_API_KEY"] == "nvl_test"
        assert os.environ["NO_PROXY"].startswith("127.0.0.1,localhost")

    def test_that_comes_after():
        assert "NANOGPT_BASE_URL" not in os.environ
        assert "FAUXREEL_URL" not in os.environ
    """
    assert passes(tmp_path, test) == 2


def test_nothing_of_the_server_is_loaded_by_a_session_that_does_not_use_it(tmp_path):
    test = """
    import sys

    SERVERS = {"starlette", "uvicorn", "msgspec", "av", "PIL", "httpx", "httptools", "uvloop", "python_multipart"}

    def test_it():
        assert "mockserver.pytest_plugin" in sys.modules
        assert not SERVERS & {name.partition(".")[0] for name in sys.modules}
        assert not {name for name in sys.modules if name.startswith("mockserver.")} - {"mockserver.pytest_plugin"}
    """
    assert passes(tmp_path, test, "-p", "no:schemathesis", "-p", "no:hypothesispytest") == 1


def test_nothing_of_the_server_is_loaded_by_a_session_that_uses_it(tmp_path):
    test = """
    import sys
    from app import order

    SERVERS = {"starlette", "uvicorn", "msgspec", "av", "PIL", "httpx", "httptools", "uvloop", "python_multipart"}

    def test_it(fauxreel, fauxreel_env):
        order(fauxreel)
        fauxreel.clock.advance(minutes=20)
        assert fauxreel.account("nanogpt").charged == 1
        assert not SERVERS & {name.partition(".")[0] for name in sys.modules}
    """
    assert passes(tmp_path, test, "-p", "no:schemathesis", "-p", "no:hypothesispytest") == 1


def test_workers_have_a_server_each_and_a_session_has_one(tmp_path):
    test = """
    import pytest

    @pytest.mark.parametrize("number", range(8))
    def test_it(fauxreel, worker_id, number):
        with open("servers.txt", "a") as file:
            file.write(worker_id + " " + fauxreel.url().partition("/@")[0] + "\\n")
    """
    assert passes(tmp_path, test, "-n", "2") == 8
    lines = (tmp_path / "servers.txt").read_text().splitlines()
    workers, urls = {line.split()[0] for line in lines}, {line.split()[1] for line in lines}
    assert (len(lines), len(set(lines)), len(urls)) == (8, len(workers), len(workers))


def test_async_tests_use_it_too(tmp_path):
    test = """
    import anyio
    import httpx
    import pytest

    async def order(client):
        await client.post("/api/generate-video", json={"model": "veo2-video", "prompt": "an eagle"})

    @pytest.fixture
    def anyio_backend():
        return "asyncio"

    @pytest.mark.anyio
    async def test_it(fauxreel):
        async with httpx.AsyncClient(base_url=fauxreel.url("nanogpt"), headers={"x-api-key": "sk-1"}) as client:
            async with anyio.create_task_group() as group:
                for _ in range(5):
                    group.start_soon(order, client)
            assert fauxreel.count(status=202) == 5
            assert fauxreel.account("nanogpt", "sk-1").charged == 5
    """
    assert passes(tmp_path, test) == 1


def test_its_server_ends_with_the_session(tmp_path):
    test = """
    def test_it(fauxreel_server):
        open("url.txt", "w").write(fauxreel_server.url)
    """
    passes(tmp_path, test)
    port = int((tmp_path / "url.txt").read_text().rpartition(":")[2])
    assert not answers(port)


def test_its_server_ends_when_the_session_is_killed(tmp_path):
    test = """
    import os, signal

    def test_it(fauxreel_server):
        open("url.txt", "w").write(fauxreel_server.url)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    run_pytest(tmp_path, files={"test_it.py": test})
    port = int((tmp_path / "url.txt").read_text().rpartition(":")[2])
    assert gone(port)


def test_a_server_that_runs_already_is_used_where_one_is_named(tmp_path, serve):
    server = serve("--control-token", "secret")
    test = """
    import os

    def test_it(fauxreel):
        assert fauxreel.url().startswith(os.environ["THERE"] + "/@")
        assert fauxreel.clock.mode == "auto"
    """
    done = run_pytest(
        tmp_path,
        "--fauxreel-url",
        server.url,
        files={"test_it.py": test},
        THERE=server.url,
        FAUXREEL_CONTROL_TOKEN="secret",
    )
    assert done.returncode == 0, done.stdout
    assert answers(server.port)


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True


def gone(port):
    """Whether nobody listens any more; waits a little."""
    for _ in range(100):
        if not answers(port):
            return True
        select.select([], [], [], 0.05)
    return False
