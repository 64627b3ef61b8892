#!/usr/bin/env python3
"""Mutation testing with one build for all mutants: .ci/mutants.py [--shard N/OF] [--rounds N] PATH...

cargo-mutants names the mutants (.cargo/mutants.toml says which are left out). In a copy of the project, each function that has any
becomes `match crate::mutant::of(FIRST, LAST) { 0 => { as it was }, 17 => { with mutant 17 }, ... }`, and the environment says which one
runs. Those that do not compile are taken out ("unviable"). Each test is run once alone, to see how long it takes and which functions
it reaches; then each mutant meets the tests that reach its function, until one fails: first the quick ones beside the code, then, if it
is left, those of tests/suite, then the slow ones. What has been found is kept by the text of the function, and a run goes on where the
last one has stopped: caught mutants are not run again, survivors are once anything in src/ or tests/ changes. PATH is below src/.
"""
import argparse, concurrent.futures, hashlib, json, os, re, resource, signal, subprocess, sys, threading, time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEEP = ROOT / "target/deep/mutants"
TREE = DEEP / "tree"
MUTANT, REACHED = "CFN_LOCKOUT_MUTANT", "CFN_LOCKOUT_REACHED"
MEMORY = 6 << 30
# Panics, lints and documentation are not what a mutant is judged by.
ALLOWED = "#![allow(warnings, unconditional_panic, arithmetic_overflow, overflowing_literals, clippy::all)]\n"
MODULE = """use std::io::Write as _;
use std::sync::{Mutex, OnceLock};
static MUTANT: OnceLock<u32> = OnceLock::new();
static REACHED: OnceLock<Option<Mutex<(std::fs::File, Vec<u32>)>>> = OnceLock::new();
/// The mutant that runs, where it is one of these, else 0.
pub(crate) fn of(first: u32, last: u32) -> u32 {
    if let Some(reached) = REACHED.get_or_init(|| {
        let file = std::fs::OpenOptions::new().append(true).create(true).open(std::env::var_os("%s")?).ok()?;
        Some(Mutex::new((file, Vec::new())))
    }) {
        let (file, seen) = &mut *reached.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if !seen.contains(&first) {
            seen.push(first);
            let _ = file.write_all(format!("{first}\\n").as_bytes());
        }
    }
    let mutant = *MUTANT.get_or_init(|| std::env::var("%s").ok().and_then(|id| id.parse().ok()).unwrap_or(0));
    if (first..=last).contains(&mutant) { mutant } else { 0 }
}
""" % (REACHED, MUTANT)
PROFILE = '\n[profile.dev.package.cfn-lockout]\ndebug = false\nopt-level = 1\n'


def body_start(text, at):
    """Where the body of the function that starts at `at` opens: its first brace outside of parentheses, strings and comments."""
    skip = re.compile(r'//[^\n]*|/\*.*?\*/|r(#*)".*?"\1|b?"(?:\\.|[^"\\])*"|b?\'(?:\\.[^\']*|[^\'\\])\'|[()\[\]{]', re.S)
    depth = 0
    for found in skip.finditer(text, at):
        if found[0] == "{" and depth == 0:
            return found.start()
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(found[0], 0)


class Source:
    """A file, its mutants, and the functions that hold them, the outermost ones."""

    def __init__(self, path, mutants):
        self.path, self.text = path, (ROOT / path).read_text()
        starts = [0] + [found.end() for found in re.finditer("\n", self.text)]
        offset = lambda place: starts[place["line"] - 1] + place["column"] - 1
        self.functions, self.apart = [], []
        for mutant in mutants:
            mutant["at"] = offset(mutant["span"]["start"]), offset(mutant["span"]["end"])
            if not mutant["function"]:
                self.apart.append(mutant["name"])
                continue
            span = mutant["function"]["span"]
            mutant["within"] = offset(span["start"]), offset(span["end"])
        mutants = [mutant for mutant in mutants if mutant["function"]]
        for start, end in sorted({mutant["within"] for mutant in mutants}, key=lambda span: (span[0], -span[1])):
            if self.functions and end <= self.functions[-1]["end"]:
                continue
            body = body_start(self.text, start)
            if re.search(r"\bconst\s+(unsafe\s+)?fn\b", re.sub("//.*", "", self.text[start:body])):
                self.apart += [mutant["name"] for mutant in mutants if start <= mutant["at"][0] < end]
                continue
            self.functions.append({"start": start, "end": end, "body": body, "path": path, "mutants": []})
        for mutant in mutants:
            for function in self.functions:
                if function["body"] < mutant["at"][0] and mutant["at"][1] < function["end"]:
                    function["mutants"].append(mutant)
                    known = f'{path}\0{self.text[function["start"]:function["end"]]}\0{mutant["at"][0] - function["start"]}\0{mutant["name"].split(": ", 1)[1]}'
                    mutant["key"] = hashlib.sha256(known.encode()).hexdigest()[:16]

    def schemata(self, ids):
        """The file with these mutants, and which lines belong to which."""
        out, lines, line, at = [], [], 1, 0

        def push(text, mutant=None):
            nonlocal line
            out.append(text)
            if mutant:
                lines.append((line, line + text.count("\n"), mutant))
            line += text.count("\n")

        for function in self.functions:
            mutants = [mutant for mutant in function["mutants"] if mutant["id"] in ids]
            if not mutants:
                continue
            first, last = mutants[0]["id"], mutants[-1]["id"]
            start, end = function["body"], function["end"]
            signature = self.text[function["start"]:start]
            # The arms are of one type: what returns `impl Iterator` returns all at once.
            before, after = ("(", ").collect::<Vec<_>>().into_iter()") if re.search(r"->\s*impl\s+Iterator\b", signature) else ("", "")
            push(self.text[at:start])
            push(f"{{ match crate::mutant::of({first}, {last}) {{\n0 => {before}{self.text[start:end]}{after},\n")
            for mutant in mutants:
                (left, right), new = mutant["at"], mutant["replacement"]
                arm = f'{self.text[start:left]} {new} {self.text[right:end]}'
                push(f'{mutant["id"]} => {before}{arm}{after},\n', mutant)
            push("_ => std::process::abort(),\n} }")
            at = end
        push(self.text[at:])
        return "".join(out), lines


def write(path, text):
    if not path.exists() or path.read_bytes() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)


def copy(sources, ids):
    """The project in the tree, with these mutants; what has not changed is not touched, so that cargo builds what has."""
    lines = {}
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if name.startswith("fuzz/") or not (ROOT / name).is_file():
            continue
        text = (ROOT / name).read_bytes()
        if name in sources:
            changed, lines[name] = sources[name].schemata(ids)
            text = changed.encode()
        elif name == "Cargo.toml":
            text = re.sub(r"\n\[lints\.(.|\n)*?(?=\n\[profile)", "\n", text.decode()).encode() + PROFILE.encode()
        elif name == "src/lib.rs":
            text = re.sub(r"\A((?://!.*\n)*)", lambda head: head[0] + ALLOWED, text.decode()).encode() + b"mod mutant;\n"
        write(TREE / name, text)
    write(TREE / "src/mutant.rs", MODULE.encode())
    return lines


def build(sources, left, record, *what):
    """Builds the tests with the mutants that are left, without those that do not compile; the program, and the mutants in it."""
    while True:
        ids = {mutant["id"] for mutant in left()}
        lines = copy(sources, ids)
        command = ["cargo", "test", "--locked", "--message-format=json", "--no-run", *what]
        made = subprocess.run(command, cwd=TREE, stdout=subprocess.PIPE, env={**os.environ, "CARGO_TARGET_DIR": str(DEEP / "target"), "CARGO_INCREMENTAL": "0"})
        messages = [json.loads(line) for line in made.stdout.splitlines() if line.startswith(b"{")]
        if made.returncode == 0:
            return next(message["executable"] for message in reversed(messages) if message.get("executable")), ids
        refused, rest = {}, []
        for message in (message["message"] for message in messages if message["reason"] == "compiler-message"):
            if message["level"] != "error" or not message["spans"]:
                continue
            found = [mutant for primary in (True, False) for span in message["spans"] if span["is_primary"] or not primary
                     for first, last, mutant in lines.get(span["file_name"], []) if first <= span["line_start"] <= last]
            if found:
                refused[found[0]["key"]] = found[0], (message["code"] or {}).get("code", "")
            else:
                rest.append(message["rendered"])
        print(f"{len(refused)} mutants do not compile", file=sys.stderr, flush=True)
        if not refused:
            sys.exit("".join(rest) or "the tree does not build")
        for mutant, code in refused.values():
            record(mutant, "unviable", code)


def run(program, names, seconds, **variables):
    """Whether the tests pass, in a process of its own with limits; else the one that did not, and how."""
    def limits():
        os.nice(10)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    child = subprocess.Popen([program, "--exact", "--test-threads=1", *names], cwd=TREE, env={**os.environ, **variables}, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, errors="replace", start_new_session=True, preexec_fn=limits)
    try:
        out = child.communicate(timeout=seconds)[0]
        late = False
    except subprocess.TimeoutExpired:
        late = True
        os.killpg(child.pid, signal.SIGKILL)
        out = child.communicate()[0]
    if not late and child.returncode == 0:
        return None
    failed = re.search(r"^test (\S+)(?: - should panic)? \.\.\. (?!ok)", out, re.M)
    return failed[1] if failed else names[0], "too long" if late else "caught"


def reach(program, slow):
    """Of every test how long it takes and which functions it reaches, those left out that take longer than `slow` or fail as it is."""
    listed = subprocess.run([program, "--list"], cwd=TREE, capture_output=True, text=True, check=True).stdout
    seconds, reached, out, file = {}, {}, [], DEEP / f"reached-{os.getpid()}"
    for name in re.findall(r"^(\S+): test$", listed, re.M):
        file.unlink(missing_ok=True)
        start = time.monotonic()
        if run(program, [name], slow, **{REACHED: str(file)}):
            out.append(name)
            continue
        seconds[name] = time.monotonic() - start
        for function in set(file.read_text().split()) if file.exists() else ():
            reached.setdefault(int(function), []).append(name)
    file.unlink(missing_ok=True)
    print(f"{len(seconds)} tests, {sum(seconds.values()):.0f} s; left out: {' '.join(out) or 'none'}", file=sys.stderr, flush=True)
    return seconds, reached


def batches(names, seconds, near, first):
    """The tests that have caught mutants of the function, then those beside it, then the others, the quick ones first."""
    names = sorted(names, key=lambda name: (name not in first, not name.startswith(near) or seconds[name] > 0.3, seconds[name]))
    size, at = 4, 0
    while at < len(names):
        end = at + 1
        while end < len(names) and end - at < size and sum(seconds[name] for name in names[at:end + 1]) < 1:
            end += 1
        yield names[at:end]
        size, at = size * 3, end


def judge(program, jobs, seconds, reached, record, status):
    killers, lock, started, count = {}, threading.Lock(), time.monotonic(), 0

    def one(function, mutant, first):
        nonlocal count
        near = "::".join(Path(function["path"]).with_suffix("").parts[1:]) + "::tests"
        result = status, f"{len(reached.get(first, []))} tests"
        for names in batches(reached.get(first, []), seconds, near, killers.setdefault(first, set())):
            normal = sum(seconds[name] for name in names)
            if failed := run(program, names, max(20, 5 * normal), **{MUTANT: str(mutant["id"])}):
                killers[first].add(failed[0])
                result = failed[1], failed[0]
                break
        with lock:
            count += 1
            record(mutant, *result)
            if count % 50 == 0:
                print(f"{count} of {len(jobs)}, {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)

    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("DEEP_WORKERS", "2"))) as pool:
        for job in [pool.submit(one, *job) for job in jobs]:
            job.result()


# What is built, which of its tests are run, by the seconds that they take.
UNIT, SUITE = ("--lib",), ("--test", "suite", "--features", "lsp,hook")
ROUNDS = [(UNIT, 0, 1), (SUITE, 0, 1), (UNIT, 1, 60)]


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("--shard", default="1/1")
    ask.add_argument("--rounds", type=int, default=len(ROUNDS), help="how many of the three")
    ask.add_argument("--report", action="store_true", help="only print what is known")
    ask.add_argument("paths", nargs="+")
    args = ask.parse_args()
    shard, of = map(int, args.shard.split("/"))
    DEEP.mkdir(parents=True, exist_ok=True)
    listed = json.loads(subprocess.run(["cargo", "mutants", "--list", "--json"], cwd=ROOT, capture_output=True, check=True).stdout)
    by_file = {}
    for path in args.paths:
        for mutant in listed:
            if mutant["file"].startswith(f"src/{path}") and mutant not in by_file.get(mutant["file"], []):
                by_file.setdefault(mutant["file"], []).append(mutant)
    sources = {path: Source(path, mutants) for path, mutants in by_file.items()}
    functions = [function for source in sources.values() for function in source.functions]
    for number, function in enumerate(functions):
        function["mutants"] = function["mutants"] if number % of == shard - 1 else []
    everything = [(function, mutant) for function in functions for mutant in function["mutants"]]
    for number, (_, mutant) in enumerate(everything):
        mutant["id"] = number + 1

    # What has been found: what was caught stays so; a survivor counts for the project as it was, and has had N rounds.
    digest = hashlib.sha256()
    for path in sorted([*ROOT.glob("src/**/*.rs"), *ROOT.glob("tests/**/*.rs")]):
        digest.update(path.read_bytes())
    digest = digest.hexdigest()[:12]
    results, known = DEEP / "results.tsv", {}
    for key, status, *_ in (line.split("\t") for line in (results.read_text().splitlines() if results.exists() else ())):
        if known.get(key, "survived").startswith("survived"):
            known[key] = status

    def record(mutant, status, detail):
        known[mutant["key"]] = status
        with results.open("a") as file:
            file.write(f'{mutant["key"]}\t{status}\t{mutant["name"]}\t{detail}\n')

    def had(mutant):
        status = known.get(mutant["key"], "survived 0 -").split(" ")
        return (int(status[1]) if status[2] == digest else 0) if status[0] == "survived" else len(ROUNDS)  # caught, or unviable

    built = None
    for number, (what, quick, slow) in list(enumerate(ROUNDS, 1))[:0 if args.report else args.rounds]:
        left = lambda: [mutant for _, mutant in everything if had(mutant) < number]
        if not left():
            continue
        if built != what:
            built, (program, ids) = what, build(sources, left, record, *what)
            seconds, reached = reach(program, 60 if what == UNIT else 2)
        jobs = []
        for function in functions:
            mutants = [mutant for mutant in function["mutants"] if mutant["id"] in ids]
            jobs += [(function, mutant, mutants[0]["id"]) for mutant in mutants if had(mutant) < number]
        met = {function: [name for name in names if quick <= seconds[name] < slow] for function, names in reached.items()}
        judge(program, jobs, seconds, met, record, f"survived {number} {digest}")

    table = {}
    for function, mutant in everything:
        status = known.get(mutant["key"], "not run")
        status = "survived" if status.startswith("survived") else status
        row = table.setdefault(function["path"].split("/")[1], {})
        row[status] = row.get(status, 0) + 1
        if status == "survived":
            print(mutant["name"], file=sys.stderr)
    columns = ["caught", "too long", "unviable", "survived", "not run"]
    print("| module | mutants |" + "".join(f" {name} |" for name in columns) + "\n|" + "---|" * (len(columns) + 2))
    for module, row in table.items():
        print(f"| `{module}` | {sum(row.values())} |" + "".join(f" {row.get(name, 0)} |" for name in columns))
    apart = [name for source in sources.values() for name in source.apart]
    if apart:
        print("Not in a function that is run, so not among them:\n  " + "\n  ".join(apart), file=sys.stderr)


main()
