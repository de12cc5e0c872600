"""Holds an agent, whatever it is written in, to Config/schemas/PROTOCOL.md.

    python3 -m pytest Tests/Conformance \
        --agent "nestor-agent session --role {role} --state {state}" \
        --enrol "nestor-agent enrol --controller {controller} --epoch {epoch} --state {state}"

Needs Debian's python3-pytest and python3-jsonschema and nothing else. `{role}` becomes report or correct, `{state}` a
folder that is the run's own. Without --enrol, what only an enrolled agent can show is skipped. Without --agent, the
suite tries itself on the small agent in selftest/, and on that agent with one rule after the other taken out.
"""

import pathlib
import shlex
import subprocess
import sys

import pytest

import agent_session
from agent_session import AgentSession

SELFTEST = pathlib.Path(__file__).parent / "selftest"
CONTROLLER = "conformance-controller"
EPOCH = 5


def pytest_addoption(parser):
    group = parser.getgroup("nestor")
    group.addoption("--agent", help="the agent's command line, with {role} and maybe {state} in it")
    group.addoption("--patience", type=float, help="seconds that a correction's next phase is waited for")
    group.addoption("--enrol", help="what enrols it, with {controller}, {epoch} and maybe {state} in it")


def pytest_configure(config):
    patience = config.getoption("--patience")
    if patience is not None:
        agent_session.PHASE_PATIENCE = patience


def pytest_ignore_collect(collection_path, config):
    if collection_path == SELFTEST and config.getoption("--agent"):
        return True
    return None


def fill(template, **words):
    for word, value in words.items():
        template = template.replace("{" + word + "}", str(value))
    return shlex.split(template)


class AgentUnderTest:
    """Starts sessions of the agent; all of one kind share a state folder."""

    def __init__(self, command, enrol, state):
        self.command = command
        self.enrol_command = enrol
        self.state = state
        self.open_sessions = []

    def start(self, role="report", greet=True):
        session = AgentSession(fill(self.command, role=role, state=self.state))
        self.open_sessions.append(session)
        if greet:
            session.hello()
        return session

    def enrol(self):
        if not self.enrol_command:
            pytest.skip("needs --enrol")
        command = fill(self.enrol_command, controller=CONTROLLER, epoch=EPOCH, state=self.state)
        subprocess.run(command, check=True, timeout=30, stdin=subprocess.DEVNULL)

    def stop(self):
        for session in self.open_sessions:
            session.stop()
        self.open_sessions.clear()


@pytest.fixture(scope="module")
def agents(pytestconfig, tmp_path_factory):
    """Makes agents, each with a state folder of its own."""
    command = pytestconfig.getoption("--agent")
    enrol = pytestconfig.getoption("--enrol")
    if not command:
        own = f"{shlex.quote(sys.executable)} {shlex.quote(str(SELFTEST / 'reference_agent.py'))}"
        command = own + " session --role {role} --state {state}"
        enrol = own + " enrol --controller {controller} --epoch {epoch} --state {state}"
    made = []

    def make():
        made.append(AgentUnderTest(command, enrol, tmp_path_factory.mktemp("agent") / "state"))
        return made[-1]

    yield make
    for under_test in made:
        under_test.stop()


@pytest.fixture
def agent(agents):
    under_test = agents()
    yield under_test
    under_test.stop()


@pytest.fixture
def enrolled(agent):
    agent.enrol()
    return agent
