"""`fauxreel run`: its command gets the signals, tells the exit code, and leaves nothing behind."""

import os
import select
import signal
import subprocess
import sys
from contextlib import ExitStack

import httpx
import pytest

FAUXREEL = [sys.executable, "-m", "mockserver", "run"]
TELLS = "import os, sys; print(os.environ['FAUXREEL_URL'], os.getpid(), flush=True); "
SLEEPS = f"{TELLS}import time; time.sleep(60)"
FORKS = f"{TELLS}import subprocess; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
CLEANS_UP = f"""
import os, signal, sys, time
def end(*_): os.write(1, b"cleaned up\\n"); sys.exit(3)  # print may be under way when the signal comes
signal.signal(signal.SIGTERM, end); signal.signal(signal.SIGINT, end)
{TELLS}"""


def clean(**more):
    return {name: value for name, value in os.environ.items() if not name.startswith("FAUXREEL_")} | more


@pytest.fixture
def start():
    """Start `fauxreel run` with a Python program, and wait until that runs: the process, its server's URL, its pid."""
    with ExitStack() as stack:

        def begun(code, *flags, **environment):
            process = stack.enter_context(
                subprocess.Popen(
                    [*FAUXREEL, *flags, "--", sys.executable, "-c", code], env=clean(**environment), text=True,
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                )
            )  # fmt: skip
            stack.callback(process.kill)
            url, pid = process.stdout.readline().split()
            return process, url, int(pid)

        yield begun


def gone(pid, *, group=False):
    """Whether a process is no more, or none of its group is; waits a little for whoever collects the dead."""
    for _ in range(100):
        try:
            (os.killpg if group else os.kill)(pid, 0)
        except ProcessLookupError:
            return True
        select.select([], [], [], 0.02)
    return False


def served(url):
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"])
def test_a_signal_reaches_the_command_whose_end_is_told_as_shells_tell_it(start, number, code):
    process, url, pid = start(SLEEPS)
    assert served(url)

    process.send_signal(number)

    assert process.wait(10) == code
    assert gone(pid)
    assert not served(url)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_command_may_clean_up_and_choose_its_exit_code(start, number):
    process, _, _ = start(f"{CLEANS_UP}time.sleep(60)")

    process.send_signal(number)
    told, complaints = process.communicate(timeout=10)

    assert (process.returncode, told.strip(), complaints) == (3, "cleaned up", "")


def test_what_the_command_has_started_hears_the_signal_too(start):
    process, _, pid = start(FORKS)

    process.send_signal(signal.SIGTERM)

    assert process.wait(10) == 143
    assert gone(pid, group=True)


def test_a_command_that_is_killed_is_told_as_shells_tell_it(start):
    process, url, pid = start(SLEEPS)

    os.kill(pid, signal.SIGKILL)

    assert process.wait(10) == 137
    assert not served(url)


def test_on_a_terminal_the_command_can_read_and_is_interrupted_once():
    code = f"{CLEANS_UP}print('read', sys.stdin.readline().strip(), flush=True); time.sleep(60)"
    spawn = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
    with subprocess.Popen(
        [sys.executable, "-c", spawn, *FAUXREEL, "--", sys.executable, "-c", code],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=clean(),
    ) as terminal:  # fmt: skip
        typed, shown = terminal.stdin, terminal.stdout.fileno()
        until(shown, "http://")
        typed.write(b"hello\n")
        typed.flush()
        until(shown, "read hello")
        typed.write(b"\x03")
        typed.flush()
        said, _ = terminal.communicate(timeout=20)

    assert terminal.returncode == 3, said
    assert said.count(b"cleaned up") == 1


def until(stream, words):
    """Read what is shown until these words are among it."""
    shown = b""
    while words.encode() not in shown:
        read = os.read(stream, 4096) if select.select([stream], [], [], 20)[0] else b""
        assert read, shown
        shown += read


@pytest.mark.parametrize("flags", [["--control-token", "secret"], []], ids=["flag", "environment"])
def test_the_command_is_given_the_token_of_the_control_api(start, flags):
    code = f"""{TELLS}
import urllib.request as u
token = os.environ["FAUXREEL_CONTROL_TOKEN"]
asked = u.Request(os.environ["FAUXREEL_URL"] + "/_mock/health", headers={{"Authorization": "Bearer " + token}})
assert token == "secret" and u.urlopen(asked).status == 200"""
    process, _, _ = start(code, *flags, **({} if flags else {"FAUXREEL_CONTROL_TOKEN": "secret"}))

    _, complaints = process.communicate(timeout=10)

    assert (process.returncode, complaints) == (0, "")


def test_there_is_no_token_where_none_is_set(start):
    process, _, _ = start(f"{TELLS}sys.exit('FAUXREEL_CONTROL_TOKEN' in os.environ)")

    assert process.wait(10) == 0
