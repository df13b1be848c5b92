"""Before anything is imported: compiled modules are kept, also where the environment says not to.

The tests start more than a hundred servers and commands; without this most of their time is compiling.
"""

import os
import sys
from pathlib import Path

if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
    sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = str(Path(__file__).parent.parent / "build" / "bytecode")
    sys.dont_write_bytecode = False
