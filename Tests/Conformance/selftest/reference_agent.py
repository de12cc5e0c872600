"""The smallest agent that keeps the protocol: it has no guests and refuses every order for one.

It exists so that the suite can be tried on itself: `--break RULE` takes one rule out, and a test must fail then.
"""

import argparse
import json
import os
import pathlib
import re
import sys

LIMIT = 16 * 1024 * 1024
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
UNKNOWN = {"unknown": "this agent looks at nothing"}
AGENT = {"version": "0", "protocol": 1, "platform": "reference"}
NUMBERS = {
    "parse": -32700, "invalid-request": -32600, "unknown-method": -32601, "invalid-parameters": -32602,
}

broken = None


class Refused(Exception):
    def __init__(self, code, sentence="refused by the reference agent"):
        self.code = code
        self.sentence = sentence


class State:
    """The agent's folder: who may order, and what became of orders."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def read(self, name, default):
        path = self.folder / name
        return json.loads(path.read_text()) if path.exists() else default

    def write(self, name, value):
        self.folder.mkdir(parents=True, exist_ok=True)
        # Whole or not there: another session may be reading it.
        fresh = self.folder / f".{name}.{os.getpid()}"
        fresh.write_text(json.dumps(value))
        fresh.replace(self.folder / name)


def need(condition, sentence):
    if not condition:
        raise Refused("invalid-parameters", sentence)


def is_int(value):
    return isinstance(value, int) and not isinstance(value, bool)


def faults(order):
    found = []
    if not isinstance(order, dict):
        return ["an order is no object"]
    if not re.fullmatch(r"[!-~]{1,190}", str(order.get("id", ""))):
        found.append("id")
    for name, low, high in (("shutdownSeconds", 1, 86_400), ("startSeconds", 1, 86_400), ("holdSeconds", 0, 604_800)):
        if not is_int(order.get(name)) or not low <= order[name] <= high:
            found.append(name)
    change = order.get("change")
    if order.get("verb") == "guest.set":
        if not UUID.fullmatch(str(order.get("guest"))):
            found.append("guest")
        if not order.get("definitionDigest"):
            found.append("definitionDigest")
        if order.get("guests"):
            found.append("guests")
        if not isinstance(change, dict) or not change:
            return found + ["change"]
        if not isinstance(change.get("exposure", True), bool):
            found.append("change.exposure")
        if not 1 << 20 <= change.get("startupMemory", 1 << 30) <= 1 << 50:
            found.append("change.startupMemory")
        if not change.get("startupMemory", 1 << 51) <= change.get("maximumMemory", 1 << 51):
            found.append("change.maximumMemory")
        if not 1 <= change.get("maximumVCPUs", 1) <= 4096:
            found.append("change.maximumVCPUs")
        if change.get("dynamicMemory"):
            found.append("change.dynamicMemory")
    elif order.get("verb") == "guests.drain":
        if order.get("guest") is not None or change is not None:
            found.append("guest")
    else:
        found.append("verb")
    return found


def record(order, phase, **more):
    return {
        "id": order["id"], "verb": order["verb"], "guests": [order["guest"]] if order.get("guest") else [],
        "phase": phase, "sentence": f"it is {phase}", "remedy": "", "owesStart": False, **more,
    }


class Session:
    def __init__(self, role, state):
        self.role = role
        self.state = state
        self.greeted = False
        self.counter = 0
        self.run_orders(tell=False)

    # Orders

    def run_orders(self, tell=True):
        orders = self.state.read("orders.json", {})
        for entry in orders.values():
            if entry["record"]["phase"] == "ended":
                continue
            steps = [record(entry["order"], "checking")]
            ending = record(entry["order"], "ended", outcome="refused", code="guest-unknown")
            if entry["order"]["verb"] == "guests.drain":
                ending = record(entry["order"], "ended", outcome="committed")
            for step in steps + ([] if broken == "ends" else [ending]):
                entry["record"] = step
                if tell:
                    message = {"jsonrpc": "2.0", "method": "progress", "params": step}
                    self.write({**message, "id": 1} if broken == "progress-ids" else message)
        if orders:
            self.state.write("orders.json", orders)

    def admit(self, params):
        known = self.state.read("controller.json", None)
        if (known is None or params["controller"] != known["controller"]) and broken != "stranger":
            raise Refused("controller-unknown")
        if known and params["epoch"] < known["epoch"] and broken != "epoch":
            raise Refused("epoch-stale")
        if known and params["epoch"] > known["epoch"] and broken != "epoch-stored":
            self.state.write("controller.json", {**known, "epoch": params["epoch"]})

    def correct(self, params):
        need(is_int(params.get("epoch")) and isinstance(params.get("controller"), str), "controller and epoch")
        batch = params.get("corrections")
        need(isinstance(batch, list) and (1 <= len(batch) <= 256 or broken == "batch-size" and batch), "1 to 256 corrections")
        found = [f"corrections[{place}]: {fault}" for place, order in enumerate(batch) for fault in faults(order)]
        ids = [order.get("id") for order in batch if isinstance(order, dict)]
        if broken == "whole-batch" and len(found) < len(batch):
            batch = [order for order in batch if not faults(order)]
            self.admit(params)
            self.accept(batch)
        need(not found and (len(set(ids)) == len(ids) or broken == "twice"), "; ".join(found[:1] if broken == "all-faults" else found))
        self.admit(params)
        return {"corrections": self.accept(batch)}

    def accept(self, batch):
        orders = self.state.read("orders.json", {})
        for order in batch:
            known = orders.get(order["id"])
            need(known is None or known["order"] == order or broken == "contents", "known with other contents")
            if known is None or broken == "same-id":
                orders[order["id"]] = {"order": order, "record": record(order, "queued")}
        self.state.write("orders.json", orders)
        return [orders[order["id"]]["record"] for order in batch]

    def corrections(self, params):
        orders = self.state.read("orders.json", {})
        ids = params.get("ids") or list(orders)
        return {"corrections": [orders[name]["record"] for name in ids if name in orders]}

    def tell(self, method, params):
        need(is_int(params.get("epoch")) and isinstance(params.get("controller"), str), "controller and epoch")
        if method == "finish":
            need(params.get("verdict") in ("commit", "rollback"), "verdict")
        else:
            need(is_int(params.get("holdSeconds")) and 0 <= params["holdSeconds"] <= 604_800, "holdSeconds")
        self.admit(params)
        if params.get("id") not in self.state.read("orders.json", {}):
            raise Refused("correction-unknown")
        raise Refused("correction-phase")

    # Reports

    def report(self, params):
        last = params.get("lastDigest")
        need(last is None or isinstance(last, str), "lastDigest")
        self.counter += 1
        digest = f"count:{self.counter}" if broken == "steady-digest" else "always:1"
        unchanged = last == digest and broken != "unchanged"
        if unchanged:
            return {"unchanged": True, "digest": digest}
        facts = {"unchanged": False, "digest": digest, "report": {
            "schema": "nestor.report/1", "agent": AGENT, "time": "2026-01-01T00:00:00Z", "digest": digest,
            "host": {"hostname": "a\u001b[31mb" if broken == "controls" else "reference"},
            "level": {"atLeast": UNKNOWN, "evidence": []}, "cpu": {"vendor": UNKNOWN, "runsUnder": None},
            "hypervisor": {"kind": UNKNOWN, "parameters": {}}, "guests": None,
        }}
        if broken == "report-shape":
            del facts["report"]["level"]
        return facts

    # The wire

    def hello(self, params):
        offered = params.get("protocol")
        need(isinstance(offered, dict) and is_int(offered.get("min")) and is_int(offered.get("max")), "protocol")
        if not offered["min"] <= 1 <= offered["max"] and broken != "versions":
            raise Refused("protocol-mismatch")
        self.greeted = True
        orders = ["correct", "finish", "renew"] if self.role == "correct" else []
        known = self.state.read("controller.json", None) if broken != "epoch-told" else None
        return {
            "protocol": 1, "agent": AGENT, "role": self.role, "methods": ["hello", "report", "corrections"] + orders,
            "verbs": ["guest.set", "guests.drain"] if orders else [], "bootID": UNKNOWN,
            **({"controller": known["controller"], "epoch": known["epoch"]} if known else {}),
        }

    def answer(self, message):
        method, params = message["method"], message.get("params")
        if method not in ("hello", "report", "correct", "corrections", "finish", "renew"):
            raise Refused("unknown-method")
        if self.greeted == (method == "hello") and broken != "hello-order":
            raise Refused("hello-first")
        if method in ("correct", "finish", "renew") and self.role != "correct" and broken != "role":
            raise Refused("role-refused")
        if params is None and method in ("report", "corrections"):
            params = {}
        need(isinstance(params, dict), "params")
        if broken == "unknown-fields":
            need("newer" not in params, "newer")
        if method in ("finish", "renew"):
            return self.tell(method, params)
        return getattr(self, method)(params)

    def handle(self, line):
        try:
            message = json.loads(line)
        except RecursionError:
            return self.fail(None, Refused("parse"))
        except ValueError:
            if broken == "garbage":
                sys.exit(1)
            return self.fail(None, Refused("parse"))
        if not isinstance(message, dict) or not (message.get("id") is None or is_int(message["id"])):
            return self.fail(None, Refused("invalid-request"))
        number = message.get("id")
        if number is not None and abs(number) >= 1 << 63:
            return self.fail(None, Refused("invalid-request"))
        if not isinstance(message.get("method", ""), str):
            return self.fail(None, Refused("invalid-request"))
        if "method" not in message:
            return self.fail(number, Refused("invalid-request"))
        if number is None and broken != "notifications":
            return None
        try:
            self.write({"jsonrpc": "2.0", "id": number or 0, "result": self.answer(message)})
        except Refused as refusal:
            self.fail(number, refusal)
            if refusal.code == "protocol-mismatch":
                sys.exit(0)
        self.run_orders()
        return None

    def fail(self, number, refusal):
        error = {"code": NUMBERS.get(refusal.code, -32000), "message": refusal.sentence or "refused", "data": {"code": refusal.code}}
        self.write({"jsonrpc": "2.0", "id": number, "error": error})

    def write(self, message):
        sys.stdout.buffer.write(json.dumps(message).encode() + b"\n")
        sys.stdout.buffer.flush()

    def run(self):
        while line := sys.stdin.buffer.readline(LIMIT + 2 if broken != "line-limit" else -1):
            if broken != "line-limit" and len(line.rstrip(b"\n")) > LIMIT:
                self.fail(None, Refused("invalid-request"))
                return
            if line.endswith(b"\n") and line.strip():
                self.handle(line)
        if broken == "end-of-input":
            sys.exit(3)


def main():
    global broken
    parser = argparse.ArgumentParser()
    parser.add_argument("verb", choices=["session", "enrol"])
    parser.add_argument("--role", choices=["report", "correct"], default="report")
    parser.add_argument("--state", required=True)
    parser.add_argument("--controller")
    parser.add_argument("--epoch", type=int)
    parser.add_argument("--break", dest="broken")
    options = parser.parse_args()
    broken = options.broken
    state = State(options.state)
    if options.verb == "enrol":
        state.write("controller.json", {"controller": options.controller, "epoch": options.epoch})
    else:
        Session(options.role, state).run()


main()
