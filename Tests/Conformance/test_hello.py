import pytest

from agent_session import fits
from conftest import CONTROLLER, EPOCH

MISMATCH = "protocol-mismatch"


@pytest.mark.parametrize("role", ["report", "correct"])
def test_hello_tells_what_the_session_may(agent, role):
    result = agent.start(role, greet=False).hello()
    fits(result, "helloResult")
    assert result["protocol"] == 1
    assert result["role"] == role
    assert {"hello", "report", "corrections"} <= set(result["methods"])
    orders = {"correct", "finish", "renew"}
    if role == "report":
        assert not orders & set(result["methods"])
        assert result["verbs"] == []
    else:
        assert orders <= set(result["methods"])
        assert "guest.set" in result["verbs"]


def test_the_highest_common_version_is_spoken(agent):
    result = agent.start(greet=False).hello(1, 99)
    assert result["protocol"] == result["agent"]["protocol"]


@pytest.mark.parametrize("low, high", [(98, 99), (0, 0), (-3, -1)])
def test_without_a_common_version_the_session_ends(agent, low, high):
    session = agent.start(greet=False)
    assert session.refusal("hello", {"protocol": {"min": low, "max": high}}) == MISMATCH
    assert session.is_over()


def test_hello_comes_first(agent):
    session = agent.start(greet=False)
    assert session.refusal("report", {}) == "hello-first"
    assert session.refusal("corrections", {"ids": []}) == "hello-first"
    session.hello()
    assert session.still_answers()


def test_hello_comes_once(agent):
    session = agent.start()
    assert session.refusal("hello", {"protocol": {"min": 1, "max": 1}}) == "hello-first"
    assert session.still_answers()


@pytest.mark.parametrize(
    "params", [None, {}, {"protocol": None}, {"protocol": 1}, {"protocol": {"min": 1}}, {"protocol": {"min": "1", "max": 1}}]
)
def test_a_hello_that_is_none_is_refused_and_may_be_said_again(agent, params):
    session = agent.start(greet=False)
    assert session.refusal("hello", params) == "invalid-parameters"
    session.hello()
    assert session.still_answers()


def test_the_boot_id_is_the_reports(agent):
    session = agent.start(greet=False)
    said = session.hello().get("bootID")
    reported = session.result("report", {})["report"]["host"].get("bootID")
    if isinstance(said, str) and isinstance(reported, str):
        assert said.lower() == reported.lower()


def test_a_host_that_is_not_enrolled_tells_no_epoch(agent):
    said = agent.start(greet=False).hello()
    assert "epoch" not in said and "controller" not in said


@pytest.mark.parametrize("role", ["report", "correct"])
def test_an_enrolled_host_tells_the_highest_epoch_that_it_has_seen(enrolled, role):
    assert enrolled.start(role, greet=False).hello()["epoch"] == EPOCH
    word = {"controller": CONTROLLER, "epoch": EPOCH + 3, "id": "no-such-correction", "verdict": "commit"}
    assert enrolled.start("correct").refusal("finish", word) == "correction-unknown"
    result = enrolled.start(role, greet=False).hello()
    fits(result, "helloResult")
    assert (result["controller"], result["epoch"]) == (CONTROLLER, EPOCH + 3)
