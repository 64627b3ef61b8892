#!/usr/bin/env python3
"""Measures cfn-lockout beside the least that its work costs, and beside other checkers, in one run.

    python3 benches/run.py                    everything but the other checkers
    python3 benches/run.py --peers            with them; installs them first (minutes: one of them needs 2 minutes for a run)
    python3 benches/run.py --write            writes the tables of docs/performance.md anew

Builds the release binary and `benches/floor`. Nothing here judges: the targets stand in docs/performance.md.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import peers
import workloads
from measure import costs, instructions

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
SHARED = Path(os.environ.get("CFN_LOCKOUT_SHARED", ROOT.parent / "shared"))
PAGE = ROOT / "docs" / "performance.md"
ROLE = ["--role-arn", workloads.ROLE]


def build():
    """The two programs."""
    def artifact(args):
        build = ["cargo", "build", "--release", "--locked", "--message-format=json-render-diagnostics", *args]
        lines = subprocess.run(build, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
        found = [json.loads(line).get("executable") for line in lines]
        return [path for path in found if path][-1]

    floor = ["--manifest-path", str(ROOT / "benches" / "floor" / "Cargo.toml"), "--target-dir", str(TARGET / "floor")]
    return artifact(["--bin", "cfn-lockout"]), artifact(floor)


def files_of(path):
    """All files of the real templates, to be named one by one: what is named is always parsed."""
    return sorted(str(file) for file in path.rglob("*") if file.suffix in {".yaml", ".yml", ".json", ".template"})


def table(rows, head):
    """A table in Markdown, its columns aligned."""
    rows = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows)


def ms(seconds):
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def against_floors(tool, floor, made, runs):
    """Each work beside the least that it costs."""
    rows = []
    def add(name, ours, theirs, what, runs=runs):
        both = costs({"ours": ours, "floor": theirs}, runs)
        ours, least = both["ours"], both["floor"]
        rows.append([name, ms(ours.wall), ms(ours.cpu), f"{ours.memory / 1024:.1f} MB", what, ms(least.cpu),
                     f"{ours.cpu / least.cpu:.2f}"])

    add("one small template", [tool, "check", str(made["small"]), *ROLE], [floor, "version"], "a program that prints its version", 40)
    if "real" in made:
        files = files_of(made["real"])
        add(f"{len(files)} real templates, each named and so parsed", [tool, "check", *files], [floor, "events", *files],
            "reading them, and the bare event parser")
        add("the same as a folder", [tool, "check", str(made["real"])], [floor, "read", str(made["real"])], "reading them")
    add("one template of 60 keys and 420 other resources", [tool, "check", str(made["large"]), *ROLE], [floor, "events", str(made["large"])], "the bare event parser")
    add("one template of 30 keys and 600 other resources", [tool, "check", str(made["keys30"]), *ROLE], [floor, "events", str(made["keys30"])], "the bare event parser")
    add("10,000 files, none with a key", [tool, "check", str(made["no-keys"])], [floor, "read", str(made["no-keys"])], "walking and reading them")
    add("10,000 files, 300 templates, 30 keys", [tool, "check", str(made["repository"]), *ROLE], [floor, "read", str(made["repository"])], "walking and reading them")
    add("200 parameters, 100 conditions", [tool, "check", str(made["choices"]), *ROLE], [floor, "events", str(made["choices"])], "the bare event parser")
    add("50 deployments of one template", [tool, "check", str(made["deployments"])], [floor, "events", str(made["deployments"])], "the bare event parser, once")
    add("a cloud assembly of 100 stacks", [tool, "check", str(made["assembly"])], [floor, "events", str(made["assembly"])], "the bare event parser")
    return table(rows, ["work", "wall", "CPU", "memory", "the least", "its CPU", "ratio"])


def counted(tool, made):
    """Instructions: the same at every run of the same binary, so a change of one in a hundred shows."""
    rows = []
    for name in ["small", "large", "keys30", "choices", "deployments", "assembly"]:
        found = instructions([tool, "check", str(made[name]), "--color", "never"])
        rows.append([name, f"{found / 1e6:,.1f} M" if found else "not counted"])
    return table(rows, ["work", "instructions"])


def growth(tool, folder):
    """How the cost grows with the size of the input."""
    rows = []
    for name, make in workloads.curves().items():
        found = []
        for size in [1, 2, 4, 8]:
            file = folder / "curves" / f"{name.replace(' ', '-')}-{size}.yaml"
            workloads.write(file, make(size))
            found.append(instructions([tool, "check", str(file), *ROLE]))
        empty = found[0] and found[1] and 2 * found[0] - found[1]
        per = [(count - empty) / size / 1e6 if count else 0 for count, size in zip(found, [1, 2, 4, 8])]
        rows.append([name, *(f"{count / 1e6:,.0f} M" if count else "–" for count in found), f"{per[3] / per[0]:.2f}" if per[0] else "–"])
    return table(rows, ["grows with", "1", "2", "4", "8", "cost of a unit at 8, to that at 1"])


def against_peers(tool, made, runs):
    """The real templates and the large one beside other checkers."""
    rows = []
    installed = peers.install(TARGET / "peers", ROOT / "tests" / "peers")
    for work in ["small", "large", "real"]:
        if work not in made:
            continue
        ours = costs({"ours": [tool, "check", str(made[work]), *ROLE]}, max(runs, 5))["ours"]
        rows.append([work, "cfn-lockout", ms(ours.wall), ms(ours.cpu), f"{ours.memory / 1024:.0f} MB", "1"])
        for name, command in installed.items():
            files = files_of(made[work]) if work == "real" else [str(made[work])]
            if "cfn-guard" in name:
                # One file that it cannot read ends its run.
                files = [file for file in files if peers.takes(command([file]))]
            theirs = costs({name: command(files)}, 1)[name]
            rows.append([work, name, ms(theirs.wall), ms(theirs.cpu), f"{theirs.memory / 1024:.0f} MB", f"{theirs.cpu / ours.cpu:,.1f}"])
    return table(rows, ["work", "checker", "wall", "CPU", "memory", "CPU beside ours"])


def replaced(page, mark, text):
    """The page with what stands between the two marks replaced."""
    start, end = f"<!-- {mark} -->", f"<!-- end of {mark} -->"
    before, _, rest = page.partition(start)
    _, _, after = rest.partition(end)
    return f"{before}{start}\n{text}\n{end}{after}" if rest else page


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", action="store_true", help="measure other checkers as well")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md anew")
    parser.add_argument("--runs", type=int, default=7, help="counted runs of each command (7)")
    args = parser.parse_args()
    tool, floor = build()
    folder = TARGET / "bench"
    made = workloads.make(folder, SHARED)
    tables = {"floors": against_floors(tool, floor, made, args.runs), "instructions": counted(tool, made), "growth": growth(tool, folder)}
    if args.peers:
        tables["peers"] = against_peers(tool, made, args.runs)
    page = PAGE.read_text() if args.write else ""
    for mark, text in tables.items():
        print(f"\n{mark}\n\n{text}")
        page = replaced(page, mark, text)
    if args.write:
        PAGE.write_text(page)


if __name__ == "__main__":
    main()
