"""The command line as a user meets it."""

import json
import os
import re
import socket
import subprocess
import sys
import threading

import httpx
import pytest


def fauxreel(*words, **environment):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FAUXREEL_")}
    return subprocess.run(
        [sys.executable, "-m", "mockserver", *words],
        capture_output=True, text=True, timeout=30, check=False, env={**clean, **environment},
    )  # fmt: skip


@pytest.fixture(scope="module")
def server(serve):
    return serve("--clock", "frozen")


def test_a_port_that_is_taken_is_exit_code_3_and_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = fauxreel("serve", "-p", str(port))
    assert done.returncode == 3
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["serve", "--set", "nanogpt.profil=2025"], "did you mean 'nanogpt.profile'?"),
        (["serve", "--set", "nonsense"], "NAME=VALUE"),
        (["serve", "--speed", "0"], "to stop time"),
        (["serve", "--only", "nanogtp"], "there is no provider"),
        (["serve", "--config", "nowhere.toml"], "there is no file"),
        (["serve", "--speed", "fast"], "invalid float"),
        (["run"], "run needs a command"),
        (["dance"], "invalid choice"),
        (["srve"], "did you mean 'serve'?"),
        (["serve", "--clok", "auto"], "usage: fauxreel serve"),
        (["serve", "--clok", "auto"], "unrecognized arguments: --clok auto; did you mean '--clock'?"),
        (["run", "--clok", "auto", "--", "true"], "did you mean '--clock'?"),
        (["clock", "--mode", "scald"], "did you mean 'scaled'?"),
        (["env", "--format", "shel"], "did you mean 'shell'?"),
        (["serve", "--control-token", ""], "control_token is empty"),
        (["run", "--control-token", "", "--", "true"], "control_token is empty"),
        (["serve", "--set", "nanogpt.balance=-1"], "nanogpt.balance is a sum from 0"),
        (["clock", "--advance", "1", "--until-idle"], "not allowed with"),
    ],
)
def test_wrong_usage_is_exit_code_2_and_a_sentence(words, problem):
    done = fauxreel(*words)
    assert (done.returncode, problem in done.stderr) == (2, True), done.stderr
    assert "Traceback" not in done.stderr


def test_help_is_everywhere():
    told = fauxreel("-h")
    commands = set(re.findall(r"^    ([a-z]+)(?: |$)", told.stdout, re.MULTILINE))
    assert told.returncode == 0
    assert commands >= {"serve", "run", "env", "providers", "scenarios", "clauses", "clock", "reset"}
    for command in commands:
        done = fauxreel(command, "-h")
        assert (done.returncode, "usage: fauxreel" in done.stdout) == (0, True)


def test_conduct_fails_where_there_are_findings(serve):
    url = serve("--clock", "frozen").url
    careful = fauxreel("conduct", "--url", url)
    httpx.post(f"{url}/api/generate-video", json={"model": "veo2-video", "prompt": "x", "Duration": "5"},
               headers={"x-api-key": "sk-nano-1"})  # fmt: skip
    careless = fauxreel("conduct", "--url", url)
    narrowed = fauxreel("conduct", "--url", url, "--id", "wrong-type", "--provider", "nanogpt", "--format", "github")

    assert (careful.returncode, careful.stdout) == (0, "No findings in 0 requests.\n")
    assert careless.returncode == 1
    assert careless.stdout.startswith(
        "unknown-field  nanogpt  nanogpt.conduct.known-fields\n  POST /api/generate-video"
    )
    assert (narrowed.returncode, narrowed.stdout) == (0, "")
    assert fauxreel("conduct", "--url", url, "--id", "polled-to-fast").stderr == (
        "fauxreel: There is no kind of finding 'polled-to-fast'. Did you mean 'polled-too-fast'?\n"
    )


@pytest.mark.parametrize("command", ["conduct", "reset"])
def test_a_sandbox_that_is_not_there_is_said_so_and_not_made(server, command):
    fauxreel("clock", "--url", server.url, "--sandbox", "here")
    flagged = fauxreel(command, "--url", server.url, "--sandbox", "heer")
    pointed = fauxreel(command, "--url", f"{server.url}/@heer")

    assert flagged.returncode == pointed.returncode == 2
    assert flagged.stderr == pointed.stderr
    assert flagged.stderr.startswith("fauxreel: There is no sandbox 'heer'. There are: ")
    assert "here" in flagged.stderr.split()
    assert fauxreel(command, "--url", f"{server.url}/@here").returncode == 0


@pytest.mark.parametrize("narrowed", [["--id", "nope"], ["--provider", "sora"]])
def test_what_conduct_cannot_look_for_is_no_finding(server, narrowed):
    assert fauxreel("conduct", "--url", server.url, *narrowed).returncode == 2


@pytest.mark.parametrize("command", ["env", "providers", "clock", "conduct", "reset"])
def test_what_is_no_address_of_a_server_is_said_so(command):
    done = fauxreel(command, "--url", "nonsense")
    assert (done.returncode, "is no address of a server" in done.stderr) == (2, True)


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe is closed in another way there")
def test_who_reads_the_beginning_alone_is_not_told_of_a_failure():
    for words in (["clauses"], ["providers"]):
        with subprocess.Popen(
            [sys.executable, "-m", "mockserver", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as listing:
            listing.stdout.close()
            complaints = listing.stderr.read()
            assert (listing.wait(30), complaints) == (0, b"")


def test_run_gives_its_command_the_variables_and_its_exit_code():
    code = (
        "import os, sys, urllib.request as u; "
        "assert u.urlopen(os.environ['NANOGPT_BASE_URL'] + '/_mock/health').status == 200; "
        "assert os.environ['FAUXREEL_URL'] == os.environ['NANOGPT_BASE_URL']; sys.exit(7)"
    )
    done = fauxreel("run", "--", sys.executable, "-c", code)
    assert done.returncode == 7, done.stderr


def test_a_proxy_for_the_rest_of_the_world_gets_none_of_its_requests():
    code = (
        "import os, subprocess, sys, urllib.request as u; u.urlopen(os.environ['FAUXREEL_URL']); "
        "assert os.environ['no_proxy'] == '127.0.0.1,localhost,intranet'; "
        "sys.exit(subprocess.call([sys.executable, '-m', 'mockserver', 'clock', '--advance', '60']))"
    )
    nowhere = {"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9", "no_proxy": "intranet"}
    done = fauxreel("run", "--clock", "frozen", "--", sys.executable, "-c", code, **nowhere)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["advanced"] == 60


def test_a_control_command_has_no_proxy_in_its_way_even_where_nothing_excepts_this_machine(server):
    nowhere = {"http_proxy": "http://127.0.0.1:9", "no_proxy": "", "NO_PROXY": ""}
    assert json.loads(fauxreel("clock", "--url", server.url, **nowhere).stdout)["mode"] == "frozen"


def test_run_of_nothing_that_exists_is_said_so():
    done = fauxreel("run", "--", "no-such-command-anywhere")
    assert (done.returncode, "there is no command" in done.stderr) == (127, True)


@pytest.mark.parametrize(
    ("style", "line"),
    [
        ("shell", "export NANOGPT_BASE_URL='http://mock:1'"),
        ("dotenv", "NANOGPT_BASE_URL=http://mock:1"),
        ("github", "NANOGPT_BASE_URL=http://mock:1"),
    ],
)
def test_env_prints_what_points_an_app_at_the_server(style, line):
    done = fauxreel("env", "--format", style, FAUXREEL_URL="http://mock:1")
    assert line in done.stdout.splitlines()


def test_env_as_json():
    assert json.loads(fauxreel("env", "--format", "json").stdout)["FAUXREEL_URL"] == "http://127.0.0.1:4747"


def test_providers_and_scenarios_are_listed():
    assert "POST   /api/generate-video" in fauxreel("providers").stdout
    assert "stuck" in fauxreel("scenarios").stdout


def test_scenarios_and_faults_are_listed_with_what_a_provider_answers():
    one = fauxreel("scenarios", "--provider", "nanogpt")
    none = fauxreel("scenarios", "--provider", "sora")

    assert "  nanogpt      CANCELED\n" in one.stdout
    assert "  nanogpt      like stuck\n" in one.stdout
    assert "nouvel" not in one.stdout
    assert "reset        carries the request out and bills it" in one.stdout
    assert '  503  {"error":"Service unavailable","status":503}\n' in one.stdout
    assert (none.returncode, none.stderr) == (
        2,
        "fauxreel: there is no provider 'sora'; there are: artnex, nanogpt, nouvel, viddyscribe\n",
    )


def test_the_clock_is_moved_and_the_sandbox_reset_from_outside(server):
    there = ["--url", server.url, "--sandbox", "cli"]
    assert json.loads(fauxreel("clock", "--advance", "90", *there).stdout)["now"] == "2026-01-01T00:01:30Z"
    assert json.loads(fauxreel("clock", *there).stdout)["mode"] == "frozen"
    assert json.loads(fauxreel("clock", "--speed", "10", *there).stdout)["speed"] == 10
    assert json.loads(fauxreel("reset", *there).stdout)["clock"]["now"] == "2026-01-01T00:00:00Z"
    refused = fauxreel("clock", "--advance", "-1", *there)
    assert (refused.returncode, "never goes back" in refused.stderr) == (2, True)


def test_the_clock_is_moved_and_made_faster_in_one_go(server):
    there = ["--url", server.url, "--sandbox", "both"]
    stood = json.loads(fauxreel("clock", "--mode", "frozen", "--advance", "5", *there).stdout)
    ran = json.loads(fauxreel("clock", "--advance", "5", "--speed", "3", *there).stdout)
    assert (stood["mode"], stood["now"], stood["advanced"]) == ("frozen", "2026-01-01T00:00:05Z", 5.0)
    assert (ran["mode"], ran["speed"]) == ("scaled", 3.0)
    assert 5.0 <= ran["advanced"] < 60
    assert json.loads(fauxreel("clock", *there).stdout)["now"] > "2026-01-01T00:00:10"


def test_an_empty_token_in_the_environment_is_refused_too():
    done = fauxreel("serve", FAUXREEL_CONTROL_TOKEN="")
    assert (done.returncode, "control_token is empty" in done.stderr) == (2, True)


def test_lists_of_a_provider_are_written_with_commas(serve):
    server = serve("--clock", "frozen", "--set", "nanogpt.internal_auth=sk-a, sk-b")
    [nanogpt] = [one for one in httpx.get(f"{server.url}/_mock/providers").json()["items"] if one["name"] == "nanogpt"]
    assert nanogpt["settings"]["internal_auth"] == ["sk-a", "sk-b"]


def test_what_answers_may_be_no_fauxreel():
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        threading.Thread(target=_answer_in_html, args=(stranger,), daemon=True).start()
        done = fauxreel("clock", "--url", f"http://127.0.0.1:{stranger.getsockname()[1]}")
    assert (done.returncode, "is no fauxreel" in done.stderr, "Traceback" in done.stderr) == (4, True, False)


def _answer_in_html(listening):
    connection, _ = listening.accept()
    with connection:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 404 Not Found\r\ncontent-length: 6\r\n\r\n<html>")


@pytest.mark.parametrize("url", ["127.0.0.1:4747", "ftp://127.0.0.1", "http://127.0.0.1:port"])
def test_an_address_that_is_none_is_wrong_usage(url):
    done = fauxreel("clock", "--url", url)
    assert (done.returncode, "is no address of a server" in done.stderr) == (2, True)


def test_no_server_is_said_so():
    done = fauxreel("clock", "--url", "http://127.0.0.1:9")
    assert (done.returncode, "no fauxreel answers" in done.stderr) == (4, True)


def test_the_whole_street_answers_over_a_socket(server):
    with httpx.Client(base_url=server.url, headers={"x-api-key": "sk-nano-1"}) as client:
        order = {"model": "veo2-video", "prompt": "an eagle", "duration": "5s"}
        job = client.post("/@whole/api/generate-video", json=order)
        assert job.status_code == 202
        client.post("/@whole/_mock/clock/advance", json={"until": "idle"})
        status = client.get("/@whole/api/video/status", params={"requestId": job.json()["runId"]}).json()
        video = client.get(status["data"]["output"]["video"]["url"])
    assert (video.status_code, video.headers["content-type"], video.content[4:8]) == (200, "video/mp4", b"ftyp")
