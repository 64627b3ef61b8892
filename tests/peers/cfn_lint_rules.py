"""What cfn-lint finds with the rules of one folder alone, the first argument: paths of templates on stdin, one a line; one line
of JSON for each. `file` has its matches, `piped` those of the same template without its file name; both are null for what
cfn-lint itself cannot read.
"""

import json
import logging
import sys

from cfnlint.config import ConfigMixIn
from cfnlint.decode import decode
from cfnlint.rules import Rules
from cfnlint.runner import run_template_by_data, run_template_by_file_path


def shown(match):
    """Rule, place from and to, and the first line of the message."""
    place = [match.linenumber, match.columnnumber, match.linenumberend, match.columnnumberend]
    return [match.rule.id, *place, match.message.split("\n")[0]]


def main():
    """Checks every template of stdin."""
    logging.disable(logging.CRITICAL)
    rules = Rules.create_from_directory(sys.argv[1])
    config = ConfigMixIn(["--include-checks", "I"])
    for path in map(str.rstrip, sys.stdin):
        template, refused = decode(path)
        out = {"file": None, "piped": None}
        if not refused:
            out["file"] = [shown(match) for match in run_template_by_file_path(path, config, rules, False)]
            out["piped"] = [shown(match) for match in run_template_by_data(template, config, rules)]
        print(json.dumps(out), flush=True)


main()
