"""The findings of cfn-lockout as rules of cfn-lint: `cfn-lint --append-rules cfn_lockout_cfn_lint`.

cfn-lint makes one rule of every class that it finds in this module.
"""

from ._check import EK1000, IK1000, WK1000
from ._findings import *  # noqa: F403
from ._findings import __all__ as _findings

__all__ = ["EK1000", "WK1000", "IK1000", *_findings]
