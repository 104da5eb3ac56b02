"""JupyterLab on the course: `python -m tools.lab`, with any options of JupyterLab's own after it.

Settings for all readers are in overrides.json beside this file.
"""

import os
import socket
import sys
import uuid
from pathlib import Path

from jupyter_core.paths import jupyter_runtime_dir
from jupyterlab.labapp import LabApp

OPTIONS = [
    "--ip=127.0.0.1",
    "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb",
    f"--LabApp.app_settings_dir={Path(__file__).parent}",
    "--LabApp.extension_manager=readonly",
]


def can_hold_sockets(folder):
    """Whether kernels can be reached through files in `folder`.

    Not on Windows, not on every network drive, nor where the path of such a file is longer than the
    system takes: 107 bytes on Linux, 103 on a Mac.
    """
    path = Path(folder, f"kernel-{uuid.uuid4()}-ipc-10")  # as long as the longest of a kernel's
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with socket.socket(socket.AF_UNIX) as trial:
            trial.bind(str(path))
        path.unlink()
    except (OSError, AttributeError):
        return False
    return True


def options():
    """What JupyterLab is told for the course, on this machine and for this user."""
    # Everyone on the machine can listen to a port of a kernel's; a file is the reader's own.
    ipc = can_hold_sockets(jupyter_runtime_dir())
    root = os.name == "posix" and os.getuid() == 0
    return OPTIONS + ["--KernelManager.transport=ipc"] * ipc + ["--allow-root"] * root


if __name__ == "__main__":
    # One thread for NumPy: its products are small here, and a second only waits for the first.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    sys.exit(LabApp.launch_instance(options() + sys.argv[1:]))
