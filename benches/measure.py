"""Runs a command as a whole process and says what it cost."""

import os
import re
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass


@dataclass
class Cost:
    """The medians of several runs."""

    wall: float
    """Seconds on the clock."""
    cpu: float
    """Seconds of processor time, of the process and its children."""
    memory: int = 0
    """Peak resident memory of the largest process, in KB; 0 where there is no GNU time to tell."""


def once(command, cwd=None):
    """What one run costs. Exit codes are not judged: findings have theirs."""
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=cwd)
        _, _, usage = os.wait4(child.pid, 0)
        child.returncode = 0
        return Cost(time.perf_counter() - start, usage.ru_utime + usage.ru_stime)


def memory(command, cwd=None):
    """Peak memory, as GNU time sees it: what the process had before it became the command does not count there."""
    gnu = "/usr/bin/time"
    if not os.path.exists(gnu):
        return 0
    run = subprocess.run([gnu, "-f", "%M", *command], capture_output=True, text=True, cwd=cwd, stdin=subprocess.DEVNULL)
    last = run.stderr.strip().splitlines()[-1:]
    return int(last[0]) if last and last[0].isdigit() else 0


def costs(commands, runs, cwd=None):
    """What each command costs, run in turn, so that a machine that slows down slows all of them: name -> Cost."""
    found = {name: [] for name in commands}
    for name, command in commands.items():
        once(command, cwd)  # The first run warms the caches of files and is not counted.
    for _ in range(runs):
        for name, command in commands.items():
            found[name].append(once(command, cwd))
    median = lambda values: statistics.median(values)
    return {
        name: Cost(median([c.wall for c in each]), median([c.cpu for c in each]), memory(commands[name], cwd))
        for name, each in found.items()
    }


def instructions(command, cwd=None):
    """How many instructions one run executes, counted by valgrind; nothing where there is no valgrind."""
    with tempfile.TemporaryDirectory() as folder:
        valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out"]
        try:
            run = subprocess.run(valgrind + command, capture_output=True, text=True, cwd=cwd, stdin=subprocess.DEVNULL)
        except FileNotFoundError:
            return None
    found = re.search(r"Collected : (\d+)", run.stderr)
    return int(found[1]) if found else None
