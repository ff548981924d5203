"""Webhooks: signed deliveries when a job ends, and which addresses are taken."""

import hashlib
import hmac
import json

import pytest

from mockserver.providers.nouvel.options import Options
from tests.witness import conform

from .conftest import JACKET, MINUTE, SHOES, customer_of, fixture

SECRET = "whsec_fauxreel"
REFUSED = (400, "webhookUrl must be a public HTTPS URL")


def signed(secret, body):
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


async def attempts(mock):
    return (await mock.control.get("webhooks")).json()["items"]


@pytest.mark.clause(
    "nouvel.webhooks.delivered",
    "nouvel.webhooks.payload",
    "nouvel.webhooks.projects",
    "nouvel.webhooks.signature",
)
@pytest.mark.parametrize(
    ("scenario", "status"), [("succeeds", "completed"), ("partial", "partial"), ("fails", "failed")]
)
async def test_the_end_of_a_job_is_announced(mock, customer, receiver, scenario, status):
    await mock.queue(scenario)
    job_id = await customer.submit(urls=[SHOES, JACKET], webhookUrl=receiver.url)
    assert receiver.got == []
    await mock.until_idle()

    job = await customer.job(job_id)
    [(headers, body)] = receiver.got
    event = json.loads(body)
    conform("nouvel", "WebhookEvent", event)
    assert event == {
        "event": "job.completed",
        "jobId": job_id,
        "status": status,
        "totalProjects": 2,
        "completedProjects": job["completedProjects"],
        "failedProjects": job["failedProjects"],
        "projects": job["completedDetails"],
    }
    assert headers["content-type"] == "application/json"
    assert headers["x-nouvel-signature"] == signed(SECRET, body)
    assert headers["x-nouvel-attempt"] == "1"
    assert job["status"] == status


@pytest.mark.clause("nouvel.webhooks.secret")
async def test_the_secret_is_the_accounts(mock, customer, receiver):
    assert (await mock.account("nvl_test"))["webhook_secret"] == SECRET
    await mock.set_account("nvl_test", webhook_secret="mine")
    await customer.submit(webhookUrl=receiver.url)
    await mock.until_idle()

    [(headers, body)] = receiver.got
    assert headers["x-nouvel-signature"] == signed("mine", body)
    assert (await mock.account("nvl_test"))["webhook_secret"] == "mine"


@pytest.mark.clause("nouvel.webhooks.attempts", "nouvel.webhooks.success-ends")
async def test_three_attempts_are_made(mock, customer, receiver):
    receiver.codes = [500, 404, 503, 200]
    await customer.submit(webhookUrl=receiver.url)
    await mock.until_idle()
    assert len(receiver.got) == 1
    await mock.advance(9.9)
    assert len(receiver.got) == 1
    await mock.advance(0.1)
    assert len(receiver.got) == 2
    await mock.advance(59.9)
    assert len(receiver.got) == 2
    await mock.advance(0.1)
    assert len(receiver.got) == 3
    await mock.advance(24 * 3600)

    assert [headers["x-nouvel-attempt"] for headers, _ in receiver.got] == ["1", "2", "3"]
    assert len({body for _, body in receiver.got}) == 1
    assert [one["status"] for one in await attempts(mock)] == [503, 404, 500]


@pytest.mark.clause("nouvel.webhooks.success-ends")
@pytest.mark.parametrize(("code", "tries"), [(200, 1), (201, 1), (204, 1), (302, 2), (400, 2), (410, 2), (500, 2)])
async def test_only_a_2xx_ends_the_delivery(mock, customer, receiver, code, tries):
    receiver.codes = [code]
    await customer.submit(webhookUrl=receiver.url)
    await mock.advance(30 * MINUTE)

    assert len(receiver.got) == tries


@pytest.mark.clause("nouvel.webhooks.timeout")
async def test_a_receiver_has_ten_seconds(serve, receiver):
    assert Options().webhook_seconds == 10
    mock = await serve("nouvel", nouvel__webhook_seconds=0.3)
    receiver.silent_for = 1
    await customer_of(mock).submit(webhookUrl=receiver.url)
    await mock.until_idle()

    [made] = await attempts(mock)
    assert (made["delivered"], made["note"]) == (False, "no answer within 0.3 seconds")
    assert made["next_at"] is not None


@pytest.mark.clause("nouvel.webhooks.not-counted")
async def test_deliveries_do_not_count_toward_the_rate_limit(mock, customer, receiver):
    receiver.codes = [500] * 3
    await customer.submit(webhookUrl=receiver.url)
    await mock.advance(30 * MINUTE)
    response = await customer.http.get("/api/v1/projects")

    assert len(receiver.got) == 3
    assert response.headers["x-ratelimit-remaining"] == "59"


@pytest.mark.clause("nouvel.webhooks.cancelled-is-silent")
async def test_a_cancelled_job_sends_nothing(mock, customer, receiver):
    await mock.queue("cancelled")
    await customer.submit(webhookUrl=receiver.url)
    by_hand = await customer.submit(webhookUrl=receiver.url)
    await mock.end(by_hand, "cancelled")
    await mock.advance(60 * MINUTE)

    assert receiver.got == []


async def test_a_job_that_is_stuck_sends_when_it_is_ended(mock, customer, receiver):
    await mock.queue("stuck")
    job_id = await customer.submit(webhookUrl=receiver.url)
    await mock.advance(60 * MINUTE)
    assert receiver.got == []
    await mock.end(job_id, "failed")

    assert json.loads(receiver.got[0][1])["status"] == "failed"


@pytest.mark.clause("nouvel.webhooks.url-filter")
@pytest.mark.parametrize("loopback", [True, False])
@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://your-server.com/webhooks/nouvel", True),
        ("https://203.0.113.7/hook", True),
        ("https://172.15.0.1/hook", True),
        ("https://172.32.0.1/hook", True),
        ("http://your-server.com/webhooks/nouvel", False),
        ("ftp://your-server.com/hook", False),
        ("https://10.0.0.1/hook", False),
        ("https://10.255.1.2:8443/hook", False),
        ("https://192.168.1.10/hook", False),
        ("https://172.16.0.1/hook", False),
        ("https://172.31.255.255/hook", False),
        ("https://0.0.0.0/hook", False),
        ("https://", False),
        ("your-server.com", False),
        ("", False),
    ],
)
async def test_the_documented_filter(serve, loopback, url, taken):
    mock = await serve("nouvel", nouvel__loopback_webhooks=loopback)
    customer = customer_of(mock)
    if taken:
        assert (await customer.post(webhookUrl=url)).status_code == 200
    else:
        assert await customer.refused(webhookUrl=url) == REFUSED
        assert mock.house.count() == 0


@pytest.mark.clause("nouvel.webhooks.url-filter", "nouvel.webhooks.loopback-by-setting")
@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:3000/hook",
        "https://localhost/hook",
        "http://127.0.0.1:3000/hook",
        "https://127.0.0.1/hook",
        "http://[::1]:3000/hook",
        "https://[::1]/hook",
    ],
)
async def test_this_machine_is_taken_unless_the_setting_is_off(serve, url):
    usual = await serve("nouvel")
    strict = await serve("nouvel", nouvel__loopback_webhooks=False)

    assert (await customer_of(usual).post(webhookUrl=url)).status_code == 200
    assert await customer_of(strict).refused(webhookUrl=url) == REFUSED
    assert strict.house.count() == 0


@pytest.mark.clause("nouvel.webhooks.never-leaves")
async def test_a_delivery_elsewhere_is_recorded_and_never_sent(mock, customer):
    body = fixture("generate-with-webhook")["request"]
    job_id = (await customer.http.post("/api/v1/generate", json=body)).json()["jobId"]
    await mock.advance(60 * MINUTE)

    [made] = await attempts(mock)
    assert (made["job"], made["url"]) == (job_id, "https://your-server.com/webhooks/nouvel")
    assert (made["status"], made["delivered"], made["next_at"]) == (None, False, None)
    assert made["note"] == "not sent: deliveries go to this machine alone"


async def test_a_delivery_can_be_made_again(mock, customer, receiver):
    receiver.codes = [500, 500, 500]
    job_id = await customer.submit(webhookUrl=receiver.url)
    await mock.advance(60 * MINUTE)
    answer = (await mock.control.post(f"webhooks/{job_id}/redeliver")).json()

    assert (answer["attempt"], answer["status"], answer["delivered"]) == (4, 200, True)
    assert receiver.got[3][0]["x-nouvel-attempt"] == "3"
    assert receiver.got[3][1] == receiver.got[0][1]
