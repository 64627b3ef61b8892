"""What every rule of this package is."""

from cfnlint.rules import CloudFormationLintRule

HOME = "https://github.com/cfn-lockout/cfn-lockout/blob/main"


class Finding(CloudFormationLintRule):
    """A kind of finding. It looks for nothing by itself: EK1000 asks the program once, and reports under these rules."""

    code = ""
    tags = ["resources", "kms", "iam", "cfn-lockout"]

    def __init__(self):
        super().__init__()
        # Settings that cfn-lint was given for this rule, though it has none; cfn-lint would say nothing of them.
        self.unknown = []

    def configure(self, configs=None, experimental=False):
        """Takes the settings that cfn-lint has for the rule."""
        super().configure(configs, experimental)
        self.unknown = sorted(str(name) for name in configs or {} if name not in self.config_definition)
