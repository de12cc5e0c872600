"""One session with an agent: what is written to it, and what it writes, each message held against the schema."""

import json
import pathlib
import queue
import subprocess
import threading

import jsonschema

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "Config" / "schemas"
LINE_LIMIT = 16 * 1024 * 1024
# Generous: only a hang is to be caught, and an agent may ask a slow hypervisor.
PATIENCE = 60
# For a correction's next phase: an agent may try for a while to reach a hypervisor before it says that there is none.
PHASE_PATIENCE = 180


def load(name):
    return json.loads((SCHEMAS / name).read_text(encoding="utf-8"))


WIRE = load("wire-1.schema.json")
REPORT = load("report-1.schema.json")


def fits(value, definition):
    """Holds a value against a definition of the wire's schema."""
    jsonschema.Draft202012Validator(
        {"$schema": WIRE["$schema"], "$ref": f"#/$defs/{definition}", "$defs": WIRE["$defs"]}
    ).validate(value)


def fits_report(value):
    jsonschema.Draft202012Validator(REPORT).validate(value)


class Ended(Exception):
    """The agent closed its side."""


class AgentSession:
    def __init__(self, command):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.next_id = 1
        self.progress = []
        self.last_line_size = 0
        self.arrived = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.arrived.put(line)
        self.arrived.put(None)

    # Writing

    def send_raw(self, data):
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except (BrokenPipeError, OSError):
            pass

    def send(self, message):
        self.send_raw(json.dumps(message).encode() + b"\n")

    # Reading

    def read(self, patience=PATIENCE):
        """The next message of any kind."""
        try:
            line = self.arrived.get(timeout=patience)
        except queue.Empty:
            raise AssertionError(f"the agent said nothing for {patience} seconds") from None
        if line is None:
            self.arrived.put(None)
            raise Ended()
        assert line.endswith(b"\n"), "every message ends with a line feed"
        assert len(line) <= LINE_LIMIT + 1
        self.last_line_size = len(line)
        message = json.loads(line)
        assert message.get("jsonrpc") == "2.0"
        if "method" in message:
            fits(message, "progress")
        else:
            fits(message, "failure" if "error" in message else "answer")
        return message

    def read_answer(self):
        """The next message that is no notification."""
        while True:
            message = self.read()
            if "method" not in message:
                return message
            self.progress.append(message["params"])

    def read_progress(self):
        if self.progress:
            return self.progress.pop(0)
        message = self.read(PHASE_PATIENCE)
        assert message.get("method") == "progress"
        return message["params"]

    # Asking

    def request(self, method, params=None, **more):
        message = {"jsonrpc": "2.0", "id": self.next_id, "method": method, **more}
        if params is not None:
            message["params"] = params
        self.next_id += 1
        self.send(message)
        answer = self.read_answer()
        assert answer.get("id") == message["id"]
        return answer

    def result(self, method, params=None, **more):
        answer = self.request(method, params, **more)
        assert "result" in answer, answer.get("error")
        return answer["result"]

    def refusal(self, method, params=None, **more):
        """The stable code of a refused request."""
        answer = self.request(method, params, **more)
        assert "error" in answer, "this should have been refused"
        return answer["error"]["data"]["code"]

    def hello(self, low=1, high=1):
        return self.result("hello", {"protocol": {"min": low, "max": high}})

    def still_answers(self):
        """Whether the session goes on: an order known to every role is answered."""
        return "result" in self.request("corrections", {"ids": ["no-such-correction"]})

    # Ending

    def is_over(self):
        try:
            self.read()
        except Ended:
            return True
        return False

    def finish(self):
        """Closes our side and waits; the exit status."""
        try:
            self.process.stdin.close()
        except OSError:
            pass
        return self.process.wait(timeout=PATIENCE)

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            try:
                stream.close()
            except OSError:
                pass
