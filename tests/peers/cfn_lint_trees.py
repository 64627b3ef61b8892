"""The trees that cfn-lint's decoder makes of templates: their paths on stdin, one a line; one line of JSON for each.

A text is a string, a list a list, a map `{"map": [[key, value], …]}`; every other scalar is `{"TYPE": "text"}`. What the
decoder refuses is `{"refused": [message, …]}`. Short tags are long forms already, as the decoder makes them.
"""

import datetime
import json
import logging
import sys

from cfnlint.decode import decode

TYPES = ((bool, "bool"), (int, "int"), (float, "float"), (datetime.date, "date"), (bytes, "binary"))


def plain(value):
    """A value as JSON that keeps its type."""
    if value is None:
        return {"null": ""}
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {"map": [[plain(key), plain(item)] for key, item in value.items()]}
    for python_type, name in TYPES:
        if isinstance(value, python_type):
            return {name: str(value).lower() if name == "bool" else str(value)}
    return {type(value).__name__: str(value)}


def main():
    """Decodes every file of stdin."""
    logging.disable(logging.CRITICAL)
    sys.setrecursionlimit(10_000)
    for line in sys.stdin:
        template, matches = decode(line.rstrip("\n"))
        tree = {"refused": [match.message for match in matches]} if matches else plain(template)
        print(json.dumps(tree), flush=True)


main()
