"""Whether somebody serves a DATA_DIR at this moment.

The front door holds `run/serve.lock` (flock) for as long as it lives; the library may only look.
"""

import fcntl
from pathlib import Path


def is_served(data_dir: Path) -> bool:
    try:
        with (data_dir / "run" / "serve.lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
