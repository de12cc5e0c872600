import uuid

import pytest

from agent_session import fits
from conftest import CONTROLLER, EPOCH

ORDER = ["queued", "checking", "defining", "stopping", "starting", "awaiting-verdict", "rolling-back", "ended"]


def set_guest(**changes):
    """An order for a guest that no host has."""
    order = {
        "id": f"conformance-{uuid.uuid4()}", "verb": "guest.set", "guest": str(uuid.uuid4()),
        "change": {"exposure": True}, "definitionDigest": "sha256:none", "guests": [],
        "consent": {"dropSavedState": False, "cutPower": False, "owners": []},
        "shutdownSeconds": 30, "startSeconds": 30, "holdSeconds": 30,
    }
    order.update(changes)
    return order


def batch(*orders, controller=CONTROLLER, epoch=EPOCH):
    return {"controller": controller, "epoch": epoch, "corrections": list(orders)}


def known(session, *orders):
    return session.result("corrections", {"ids": [order["id"] for order in orders]})["corrections"]


def follow_to_the_end(session, correction_id):
    phases = []
    while True:
        record = session.read_progress()
        fits(record, "record")
        if record["id"] == correction_id:
            phases.append(record["phase"])
            if record["phase"] == "ended":
                return phases, record


# Without enrolment


def test_a_host_that_is_not_enrolled_takes_no_order(agent):
    session = agent.start("correct")
    order = set_guest()
    assert session.refusal("correct", batch(order, controller="stranger")) == "controller-unknown"
    assert known(session, order) == []


@pytest.mark.parametrize("params", [None, {}, [], {"controller": 7, "epoch": 1, "corrections": []}, {"controller": "x", "epoch": "1", "corrections": []}])
def test_wrong_parameters_are_refused(agent, params):
    session = agent.start("correct")
    assert session.refusal("correct", params) == "invalid-parameters"
    assert session.still_answers()


def test_unknown_corrections_are_none(agent):
    for role in ("report", "correct"):
        result = agent.start(role).result("corrections", {"ids": ["no-such-correction"], "follow": True})
        fits(result, "correctionsResult")
        assert result["corrections"] == []


# Who may order


@pytest.mark.parametrize("method, more", [
    ("correct", {"corrections": [set_guest()]}), ("finish", {"id": "a", "verdict": "commit"}),
    ("renew", {"id": "a", "holdSeconds": 10}),
])
def test_a_stranger_is_refused(enrolled, method, more):
    session = enrolled.start("correct")
    assert session.refusal(method, {"controller": "stranger", "epoch": EPOCH + 1, **more}) == "controller-unknown"
    assert session.still_answers()


def test_a_lower_epoch_is_refused_and_a_higher_one_is_remembered(enrolled):
    session = enrolled.start("correct")
    order = set_guest()
    assert session.refusal("correct", batch(order, epoch=EPOCH - 1)) == "epoch-stale"
    assert known(session, order) == []
    finish = {"controller": CONTROLLER, "id": "no-such-correction", "verdict": "commit"}
    assert session.refusal("finish", {**finish, "epoch": EPOCH + 2}) == "correction-unknown"
    assert session.refusal("finish", {**finish, "epoch": EPOCH + 1}) == "epoch-stale"
    later = enrolled.start("correct")
    assert later.refusal("finish", {**finish, "epoch": EPOCH + 1}) == "epoch-stale", "another session knows it too"


# The batch is checked whole

FAULTY = [
    {"verb": "guest.shell"}, {"guest": None}, {"guest": "../../etc"}, {"guest": "A" * 36}, {"change": {}}, {"change": None},
    {"definitionDigest": None}, {"id": ""}, {"id": "a b\n"}, {"id": "x" * 100_000}, {"shutdownSeconds": 0},
    {"startSeconds": 90_000}, {"holdSeconds": -1}, {"change": {"startupMemory": 1}}, {"change": {"maximumVCPUs": 0}},
    {"change": {"maximumMemory": 1 << 30}}, {"change": {"startupMemory": 2 << 30, "maximumMemory": 1 << 30}},
    {"change": {"dynamicMemory": True}}, {"shutdownSeconds": "soon"}, {"change": {"exposure": "yes"}},
    {"verb": "guests.drain"}, {"guests": [str(uuid.uuid4())]},
]


@pytest.mark.parametrize("fault", FAULTY, ids=lambda fault: str(fault)[:40])
def test_one_fault_refuses_the_whole_batch(enrolled, fault):
    session = enrolled.start("correct")
    good, bad = set_guest(), set_guest(**fault)
    assert session.refusal("correct", batch(good, bad)) == "invalid-parameters"
    assert known(session, good) == []


def test_an_order_without_what_it_needs_is_refused(enrolled):
    session = enrolled.start("correct")
    for missing in ("id", "verb", "shutdownSeconds"):
        order = set_guest()
        del order[missing]
        assert session.refusal("correct", batch(order)) == "invalid-parameters"


def test_every_fault_is_named_at_once(enrolled):
    session = enrolled.start("correct")
    answer = session.request("correct", batch(set_guest(shutdownSeconds=0), set_guest(holdSeconds=-1)))
    assert answer["error"]["data"]["code"] == "invalid-parameters"
    assert "shutdownSeconds" in answer["error"]["message"] and "holdSeconds" in answer["error"]["message"]


@pytest.mark.parametrize("count", [0, 257])
def test_a_batch_has_1_to_256_orders(enrolled, count):
    session = enrolled.start("correct")
    orders = [set_guest() for _ in range(count)]
    assert session.refusal("correct", batch(*orders)) == "invalid-parameters"
    if orders:
        assert known(session, orders[0]) == []


def test_an_id_is_in_a_batch_once(enrolled):
    session = enrolled.start("correct")
    order = set_guest()
    assert session.refusal("correct", batch(order, order)) == "invalid-parameters"


# What becomes of an order


@pytest.fixture(scope="module")
def ordered(agents):
    """Two hosts with an order each, so that both are waited for at once: one session stays, the other is killed."""
    followed, left = agents(), agents()
    followed.enrol()
    left.enrol()
    session, gone = followed.start("correct"), left.start("correct")
    orders = set_guest(), set_guest()
    results = [place.result("correct", batch(order)) for place, order in zip((session, gone), orders)]
    gone.stop()
    return {"followed": (followed, session, orders[0], results[0]), "left": (left, orders[1])}


def test_an_order_for_a_guest_that_is_not_here_is_refused_in_the_end(ordered):
    host, session, order, result = ordered["followed"]
    fits(result, "correctResult")
    assert [record["id"] for record in result["corrections"]] == [order["id"]]
    phases, last = follow_to_the_end(session, order["id"])
    assert phases == sorted(set(phases), key=ORDER.index), "each phase is told once, in order"
    assert last["outcome"] == "refused"
    assert last["code"] in ("guest-unknown", "hypervisor-unreachable")
    assert last["sentence"]

    assert known(host.start("report"), order) == [last], "a later session knows how it ended"
    again = session.result("correct", batch(order))["corrections"]
    assert again == [last], "the same id is the same correction"
    other = {**order, "shutdownSeconds": 31}
    assert session.refusal("correct", batch(other)) == "invalid-parameters"
    word = {"controller": CONTROLLER, "epoch": EPOCH, "id": order["id"]}
    assert session.refusal("renew", {**word, "holdSeconds": 10}) == "correction-phase"
    assert session.refusal("finish", {**word, "verdict": "commit"}) == "correction-phase"


def test_an_order_outlives_its_session(ordered):
    host, order = ordered["left"]
    later = host.start("report")
    records = later.result("corrections", {"ids": [order["id"]], "follow": True})["corrections"]
    assert [record["id"] for record in records] == [order["id"]]
    last = records[0] if records[0]["phase"] == "ended" else follow_to_the_end(later, order["id"])[1]
    assert last["outcome"] == "refused"


@pytest.mark.parametrize("word", [{"verdict": "perhaps"}, {"verdict": None}, {}])
def test_a_verdict_is_one_of_two(enrolled, word):
    session = enrolled.start("correct")
    params = {"controller": CONTROLLER, "epoch": EPOCH, "id": "a", **word}
    assert session.refusal("finish", params) == "invalid-parameters"


@pytest.mark.parametrize("seconds", [-1, 604_801, "10"])
def test_a_renewal_is_bounded(enrolled, seconds):
    session = enrolled.start("correct")
    params = {"controller": CONTROLLER, "epoch": EPOCH, "id": "a", "holdSeconds": seconds}
    assert session.refusal("renew", params) == "invalid-parameters"
