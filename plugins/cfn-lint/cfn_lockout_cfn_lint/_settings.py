"""What the check is told: the settings of rule EK1000 and the variables of the environment, as flags of the program.

A template can configure rules itself (`Metadata: cfn-lint: config: configure_rules`). So no setting names a program to run
or a file to write; the program is named by the environment alone.
"""

import difflib

# Flags of `cfn-lockout check` with one value, and those that may be repeated.
ONE = (
    "deployer",
    "role-arn",
    "account",
    "region",
    "partition",
    "stack-name",
    "config-env",
    "config",
    "previous-git",
    "permissions-boundary",
    "iam-snapshot",
    "baseline",
)
MANY = (
    "from",
    "deployment",
    "parameter",
    "parameters",
    "export",
    "ssm",
    "context",
    "identity-policy",
    "session-policy",
    "scp",
    "rcp",
    "rules",
)
RULE = "EK1000"


def definition():
    """The settings, as cfn-lint wants them."""
    one = {name: {"default": "", "type": "string"} for name in ONE}
    many = {name: {"default": [], "type": "list", "itemtype": "string"} for name in MANY}
    return {**one, **many}


def variable(name):
    """The variable of a setting; with several values, one a line. It wins over the configuration."""
    return "CFN_LOCKOUT_" + name.upper().replace("-", "_")


def flags(config, environ):
    """The settings as flags. A value is never taken for another flag."""
    values = {name: [environ.get(variable(name)) or config.get(name)] for name in ONE}
    values.update({name: environ.get(variable(name), "").splitlines() or config.get(name) or [] for name in MANY})
    return [f"--{name}={value}" for name, given in values.items() for value in given if value]


def problems(rules):
    """What is wrong with the settings of these rules, in words."""
    for rule in rules:
        for name in rule.unknown:
            if rule.id != RULE:
                yield f"{rule.id} has no settings: `{name}` belongs to {RULE}"
                continue
            near = difflib.get_close_matches(name.replace("_", "-"), ONE + MANY, 1)
            yield f"{RULE} has no setting `{name}`" + (f": did you mean `{near[0]}`?" if near else "")


def cut(given):
    """Why a flag is not what was meant, where cfn-lint has cut it: its -x keeps what is left of a second colon or `=`."""
    for flag in given:
        name, value = flag[2:].split("=", 1)
        if value == "arn":
            return f"the setting `{name}` is `arn`: -x cuts a value at its colon; use .cfnlintrc or {variable(name)}"
    return None
