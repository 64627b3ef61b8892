"""Runs cloudformation-validate over files and says how many findings there were."""

import sys

from cloudformation_validate import CompositeEngine

engine = CompositeEngine()
findings = 0
for file in sys.argv[1:]:
    try:
        findings += len(engine.validate_template(file).diagnostics)
    except Exception as error:
        print(f"{file}: {error}", file=sys.stderr)
print(findings)
