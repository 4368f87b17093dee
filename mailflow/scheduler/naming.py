"""What a sender or scheduler is called: whose it is, and which of several since this computer gave their number before."""

import os
import secrets
import socket


def own_name() -> str:
    """Host, number of the process, and six letters that no earlier process had."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
