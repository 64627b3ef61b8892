"""Runs cfn-lockout once: arguments and stdin come in, its report goes out. Knows nothing of cfn-lint."""

import json
import shutil
import subprocess
import sysconfig

SCHEMA = "cfn-lockout/1"
VARIABLE = "CFN_LOCKOUT_BINARY"


class CannotRun(Exception):
    """There is no report; the text says why, and what to do."""


def find(environ):
    """The program: the one that the environment names, the one beside this Python, or the one on the PATH."""
    named = environ.get(VARIABLE)
    found = named or shutil.which("cfn-lockout", path=sysconfig.get_path("scripts")) or shutil.which("cfn-lockout")
    if not found:
        raise CannotRun(f"cfn-lockout is not installed: `pip install cfn-lockout`, or set {VARIABLE} to the program")
    return found


def report(program, arguments, stdin=b""):
    """The report of `cfn-lockout check`."""
    command = [program, "check", "--format=json", "--fail-on=never", *arguments]
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, check=False)
    except (OSError, ValueError) as error:
        raise CannotRun(f"`{program}` cannot be run: {error}; {VARIABLE} names the program") from error
    try:
        out = json.loads(done.stdout)
        known = out["schema"] == SCHEMA
    except (ValueError, TypeError, KeyError) as error:
        raise CannotRun(_said(program, done)) from error
    if not known:
        raise CannotRun(f"`{program}` writes reports of another schema than {SCHEMA}: update this plugin")
    if done.returncode not in (0, 1) and not out["failures"]:
        out["failures"].append({"file": None, "line": 0, "column": 0, "message": _said(program, done)})
    return out


def _said(program, done):
    """What the program says of a run without a report."""
    said = done.stderr.decode("utf-8", "replace").strip().removeprefix("error: ")
    return said or f"`{program}` ended with {done.returncode} and without a report"
