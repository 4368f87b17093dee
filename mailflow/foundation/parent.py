"""Children do not outlive their parent, however it ended."""

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """On Linux: this process is told to stop when its parent is gone, instead of living on unseen (prctl(2)).

    The wish is not inherited: each process says it for itself.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
