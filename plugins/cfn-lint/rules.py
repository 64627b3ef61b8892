"""The door for `cfn-lint --append-rules FOLDER`: cfn-lint runs each file of the folder by itself, outside of any package.

It passes over files that begin with an underscore, so this is the only one it sees.
"""

import pathlib
import sys

_HERE = str(pathlib.Path(__file__).resolve().parent)
sys.path.insert(0, _HERE)
try:
    from cfn_lockout_cfn_lint import *  # noqa: F403
finally:
    sys.path.remove(_HERE)
