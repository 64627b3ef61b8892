"""Other checkers, installed from their registries below the target folder: name -> the command for some files."""

import subprocess
import sys
from pathlib import Path

# Two rules about keys, for an engine that has none of its own.
RULES = """let keys = Resources.*[ Type == 'AWS::KMS::Key' ]
rule rotates when %keys !empty { %keys.Properties.EnableKeyRotation == true }
rule has_policy when %keys !empty { %keys.Properties.KeyPolicy exists }
"""


def python(at, pins):
    """The folder of programs of a Python with these packages."""
    if not (at / "bin").exists():
        subprocess.run([sys.executable, "-m", "venv", str(at)], check=True)
        subprocess.run([str(at / "bin" / "pip"), "install", "--quiet", "-r", str(pins)], check=True)
    return at / "bin"


def install(folder, pins):
    """All of them."""
    folder.mkdir(parents=True, exist_ok=True)
    rules = folder / "bench.guard"
    rules.write_text(RULES)
    guard = folder / "cfn-guard"
    if not (guard / "node_modules").exists():
        wanted = (pins / "cfn-guard.txt").read_text().split()
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--legacy-peer-deps",
                        "--prefix", str(guard), *wanted], check=True)
    binary = next(Path(guard).glob("node_modules/@cdklabs/cdk-validator-cfnguard/bin/ubuntu/x86_64/cfn-guard"))
    binary.chmod(0o755)
    lint = python(folder / "cfn-lint", pins / "cfn-lint.txt") / "cfn-lint"
    validate = python(folder / "cloudformation-validate", pins / "cloudformation-validate.txt")
    return {
        "cfn-guard, two rules": lambda files: [str(binary), "validate", "--rules", str(rules), *[word for file in files for word in ("--data", file)]],
        "cloudformation-validate": lambda files: [str(validate / "python"), str(Path(__file__).parent / "validate.py"), *files],
        "cfn-lint": lambda files: [str(lint), "--", *files],
    }


def takes(command):
    """Whether cfn-guard can read a file: it ends with 0 or 19 then."""
    return subprocess.run(command, capture_output=True).returncode in (0, 19)
