"""The rule that asks cfn-lockout, once for a template, and reports each finding under its own rule."""

import os
import unicodedata

from cfnlint.rules import RuleMatch

from . import _program, _settings
from ._findings import RULES
from ._rule import HOME, Finding
from ._text import written

_LETTERS = {"error": "E", "warning": "W", "note": "I"}
_FAILED = "not checked: "


class WK1000(Finding):
    """A warning of a newer program."""

    id = "WK1000"
    shortdesc = "a warning that this plugin does not know yet"
    description = "cfn-lockout is newer than its rules for cfn-lint. The message begins with the code of the finding."
    source_url = f"{HOME}/docs/cfn-lint.md"


class IK1000(Finding):
    """A note of a newer program."""

    id = "IK1000"
    shortdesc = "a note that this plugin does not know yet"
    description = "cfn-lockout is newer than its rules for cfn-lint. The message begins with the code of the finding."
    source_url = f"{HOME}/docs/cfn-lint.md"


class EK1000(Finding):
    """Asks the program, has the settings, and says what could not be checked."""

    id = "EK1000"
    shortdesc = "cfn-lockout could not check the template"
    description = (
        "The program is missing, a setting is wrong, or a file cannot be read: nothing is known about the keys. Also an"
        " error that this plugin does not know yet."
    )
    source_url = f"{HOME}/docs/cfn-lint.md"

    def __init__(self):
        super().__init__()
        self.config_definition = _settings.definition()
        self.child_rules = dict.fromkeys([*(rule.id for rule in RULES), WK1000.id, IK1000.id])

    def match(self, cfn):
        """Everything that is to be said of a template."""
        if not isinstance(cfn.template.get("Resources"), dict):
            return []  # No template: cfn-lint's own E1001 says so.
        rules = [self, *(rule for rule in self.child_rules.values() if rule)]
        matches = [self._failed(problem) for problem in _settings.problems(rules)]
        given = _declared(cfn, _settings.flags(self.config, os.environ))
        try:
            program, cut = _program.find(os.environ), _settings.cut(given)
            if cut:
                raise _program.CannotRun(cut)
            for values in _parameters(cfn, given):
                matches.extend(self._checked(cfn, program, [*given, *values]))
        except _program.CannotRun as error:
            matches.append(self._failed(f"{_FAILED}{error}"))
        return matches

    def _checked(self, cfn, program, arguments):
        """The findings and failures of one run."""
        if cfn.filename is None:
            text, paths = written(cfn.template)
            report, file = _program.report(program, [*arguments, "--", "-"], text), "<stdin>"
        else:
            paths, file = None, cfn.filename
            report = _program.report(program, [*arguments, "--", _path(file)])
        for row in report["failures"]:
            if row["file"] is None:
                yield self._failed(_FAILED + row["message"])
            else:
                yield _placed(cfn, file, paths, row, self, [_FAILED + row["message"]])
        for row in report["findings"]:
            rule, known = self._rule(row)
            if rule:
                yield _placed(cfn, file, paths, row, rule, _words(row, known))

    def _rule(self, row):
        """The rule of a finding, and whether it is the finding's own. No rule: cfn-lint left it out."""
        number = next((rule.id[1:] for rule in RULES if rule.code == row["code"]), "K1000")
        letter = _LETTERS.get(row["severity"], "E")
        own = letter + number
        if own in self.child_rules and number != "K1000":
            return self.child_rules[own], True
        other = f"{letter}K1000"
        return self if other == self.id else self.child_rules[other], False

    def _failed(self, message):
        """A failure that has no place: at the beginning of the template."""
        return RuleMatch(["Resources"], _clean(message), rule=self, location=(0, 0, 0, 1))


def _path(file):
    """A path that is neither stdin nor a flag."""
    return os.path.join(os.curdir, file) if file == "-" else file


def _declared(cfn, given):
    """The flags without values for parameters that the template does not have: settings are for all templates."""
    prefix, parameters = "--parameter=", cfn.template.get("Parameters")
    has = parameters if isinstance(parameters, dict) else {}
    return [flag for flag in given if not flag.startswith(prefix) or flag[len(prefix) :].split("=")[0] in has]


def _parameters(cfn, given):
    """The values that cfn-lint itself was given, as flags: one run for each set, or one without any."""
    own = {flag.split("=", 2)[1] for flag in given if flag.startswith("--parameter=")}
    runs = {}
    for one in getattr(cfn.context, "parameter_sets", None) or []:
        flags = [f"--parameter={name}={_value(value)}" for name, value in one.parameters.items() if name not in own]
        runs[tuple(_declared(cfn, flags))] = None
    return list(runs) or [()]


def _value(value):
    """A parameter's value as CloudFormation takes it."""
    if isinstance(value, (list, tuple)):
        return ",".join(_value(item) for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _placed(cfn, file, paths, row, rule, words):
    """A finding or failure at its place: in its own file, under the resource of the template that leads there."""
    path, here = _resource(cfn, row), _same(row["file"], file)
    if paths is not None:
        # Nothing has a file here, and cfn-lint cannot sort places with and without one: it finds the place by the path.
        if here and 0 < row["line"] <= len(paths):
            path = paths[row["line"] - 1] or path
        elif not here:
            words = [*words, f"in {row['file']}:{row['line']}:{row['column']}"]
        return RuleMatch(path, _text(words), rule=rule)
    line, column = max(row["line"], 1) - 1, max(row["column"], 1) - 1
    end = (row.get("end_line", line + 1) - 1, row.get("end_column", column + 2) - 1)
    elsewhere = {} if here else {"filename": row["file"]}
    return RuleMatch(path, _text(words), rule=rule, location=(line, column, *end), **elsewhere)


def _same(one, other):
    """Whether two paths name one file."""
    return one == other or os.path.realpath(one) == os.path.realpath(other)


def _resource(cfn, row):
    """The resource whose Metadata may ignore the finding: the nested stack's, where it is in one."""
    resources = cfn.template.get("Resources")
    outer = row.get("stack", "").split("/")[0]
    for name in (outer, row.get("logical_id")):
        if name and isinstance(resources, dict) and name in resources:
            return ["Resources", name]
    # Never empty: cfn-lint loses what has no path as soon as one resource ignores its rule.
    return ["Resources"]


def _words(row, known):
    """What every other report says of a finding, line by line."""
    lines = [row["message"] if known else f"{row['code']}: {row['message']}"]
    if row["deployment"] not in ("", "default"):
        lines.append(f"deployment: {row['deployment']}")
    lines.extend(f"help: {line}" for line in row["help"].splitlines())
    if row["fix"]:
        lines.append(f"fix: {row['fix']['title']}; cfn-lockout fix shows the edit")
    return [*lines, f"more: cfn-lockout explain {row['code']}"]


def _text(words):
    return "\n".join(_clean(line) for line in words)


def _clean(text):
    """Text of a template that stays on its line, and shows what would be invisible."""
    return "".join(map(_visible, text))


def _visible(char):
    if char in "\n\x85\u2028\u2029":
        return "\u240a"
    if char < " ":
        return chr(0x2400 + ord(char))
    return "\ufffd" if unicodedata.category(char) in ("Cc", "Cf", "Cs") else char
