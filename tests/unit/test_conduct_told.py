"""Findings in sentences, and as annotations."""

from mockserver.control.told import annotations, told

FINDING = {
    "id": "polled-too-fast",
    "provider": "artnex",
    "title": "Polled too fast",
    "message": "Job req_1 was polled 1 second after the poll before. "
    + "Wait at least 5 seconds between two polls. " * 2,
    "clause": "artnex.conduct.poll-every-five-seconds",
    "job": "req_1",
    "first_at": "2026-01-01T00:00:01Z",
    "count": 9,
    "requests": [{"number": number} for number in range(1, 11)],
}


def answer(*findings, judged=12, forgotten=0):
    requests = {"judged": judged, "forgotten": forgotten}
    return {"items": list(findings), "next": None, "total": len(findings), "requests": requests}


def test_a_finding_is_a_paragraph():
    assert told(answer(FINDING)) == (
        "polled-too-fast  artnex  artnex.conduct.poll-every-five-seconds\n"
        "  Job req_1 was polled 1 second after the poll before. Wait at least 5 seconds between two polls. Wait at\n"
        "  least 5 seconds between two polls.\n"
        "  since 2026-01-01T00:00:01Z, requests 1, 2, 3, 4, 5, 6, 7, 8, …\n"
        "\n"
        "1 finding in 12 requests."
    )


def test_no_findings_are_told_too_and_what_could_not_be_judged():
    assert told(answer(judged=1)) == "No findings in 1 request."
    assert told(answer(forgotten=30)) == "No findings in 12 requests; 30 more are no longer in the journal."


def test_an_annotation_is_one_line():
    finding = {**FINDING, "message": "100% of it\nis wrong."}

    assert annotations(answer(finding)) == "::warning title=artnex%3A Polled too fast::100%25 of it%0Ais wrong."
