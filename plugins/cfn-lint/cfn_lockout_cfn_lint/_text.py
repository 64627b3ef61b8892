"""A template that has no file: cfn-lint has read it from stdin, or was called with its text, and keeps the decoded tree only."""

import json


def written(template):
    """The template as JSON with one value a line, and the path to the value of each line."""
    lines, paths = [], []

    def add(text, path):
        lines.append(text)
        paths.append(path)

    def write(value, path, before="", after=""):
        if isinstance(value, dict) or isinstance(value, (list, tuple)):
            is_map = isinstance(value, dict)
            items = list(value.items() if is_map else enumerate(value))
            add(before + ("{" if is_map else "["), path)
            for at, (key, item) in enumerate(items):
                comma = "," if at + 1 < len(items) else ""
                write(item, [*path, key], f"{json.dumps(str(key))}: " if is_map else "", comma)
            add(("}" if is_map else "]") + after, path)
        else:
            add(before + json.dumps(value, default=str) + after, path)

    write(template, [])
    return "\n".join(lines).encode(), paths
