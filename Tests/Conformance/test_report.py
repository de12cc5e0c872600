import pytest

from agent_session import fits, fits_report


def report_of(session):
    result = session.result("report", {})
    fits(result, "reportResult")
    assert result["unchanged"] is False
    return result["report"]


def test_the_report_fits_its_schema(agent):
    session = agent.start(greet=False)
    said = session.hello()
    report = report_of(session)
    fits_report(report)
    assert report["agent"] == said["agent"]


def test_the_digest_is_the_reports(agent):
    result = agent.start().result("report", {})
    assert result["digest"] == result["report"]["digest"]


def test_a_report_needs_no_parameters(agent):
    assert agent.start().result("report")["report"]


def test_an_unchanged_host_answers_in_one_short_line(agent):
    session = agent.start()
    # The host itself may change between two looks.
    for _ in range(5):
        digest = session.result("report", {})["digest"]
        result = session.result("report", {"lastDigest": digest})
        if result["unchanged"]:
            break
    assert result["unchanged"] is True
    assert result["digest"] == digest
    assert result.get("report") is None
    assert session.last_line_size <= 300


def test_another_session_knows_the_digest_too(agent):
    for _ in range(5):
        digest = agent.start().result("report", {})["digest"]
        if agent.start().result("report", {"lastDigest": digest})["unchanged"]:
            return
    raise AssertionError("the digest never stayed the same")


@pytest.mark.parametrize("digest", ["", "other", "sha256:" + "0" * 64])
def test_another_digest_brings_the_whole_report(agent, digest):
    result = agent.start().result("report", {"lastDigest": digest})
    assert result["unchanged"] is False
    fits_report(result["report"])


@pytest.mark.parametrize("params", [[], "x", 7, {"lastDigest": 7}, {"lastDigest": {}}])
def test_wrong_parameters_are_refused(agent, params):
    session = agent.start()
    assert session.refusal("report", params) == "invalid-parameters"
    assert session.still_answers()


def test_the_facts_agree_with_each_other(agent):
    report = report_of(agent.start())
    counts = [report["cpu"].get(name) for name in ("sockets", "cores", "threads")]
    known = [count for count in counts if isinstance(count, int)]
    assert known == sorted(known)
    uuid, source = (report["host"].get(name) for name in ("smbiosUUID", "smbiosUUIDSource"))
    assert isinstance(uuid, str) == isinstance(source, str)
    guests = report.get("guests")
    if isinstance(guests, list):
        assert len({guest["uuid"] for guest in guests}) == len(guests)
        for guest in guests:
            if guest["state"] == "off":
                assert guest["exposure"].get("live") is None, "a guest that is off has no live exposure"


@pytest.mark.parametrize("method", ["correct", "finish", "renew"])
@pytest.mark.parametrize("params", [None, {}, {"controller": "x", "epoch": 1, "id": "a", "corrections": []}])
def test_a_reporting_key_can_never_correct(agent, method, params):
    session = agent.start("report")
    assert session.refusal(method, params) == "role-refused"
    assert session.still_answers()
