"""Takes one rule after the other out of the reference agent: the suite must find it."""

import pathlib
import shlex
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent

# The rule, and the tests of which at least one must fail without it.
RULES = {
    "versions": "test_hello.py", "hello-order": "test_hello.py", "epoch-told": "test_hello.py",
    "garbage": "test_framing.py", "notifications": "test_framing.py", "unknown-fields": "test_framing.py", "line-limit": "test_framing.py",
    "end-of-input": "test_framing.py", "controls": "test_report.py", "report-shape": "test_report.py",
    "unchanged": "test_report.py", "steady-digest": "test_report.py", "role": "test_report.py",
    "stranger": "test_correct.py", "epoch": "test_correct.py", "epoch-stored": "test_correct.py",
    "whole-batch": "test_correct.py", "all-faults": "test_correct.py", "batch-size": "test_correct.py",
    "twice": "test_correct.py", "contents": "test_correct.py", "same-id": "test_correct.py",
    "progress-ids": "test_correct.py", "ends": "test_correct.py",
}


@pytest.mark.parametrize("rule", RULES)
def test_the_suite_notices_when_a_rule_is_gone(rule):
    own = f"{shlex.quote(sys.executable)} {shlex.quote(str(HERE / 'reference_agent.py'))}"
    command = [
        sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", str(HERE.parent / RULES[rule]),
        "--patience", "5", "--agent", f"{own} session --role {{role}} --state {{state}} --break {rule}",
        "--enrol", f"{own} enrol --controller {{controller}} --epoch {{epoch}} --state {{state}}",
    ]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 1, f"no test fails without the rule {rule}:\n{result.stdout[-2000:]}"
