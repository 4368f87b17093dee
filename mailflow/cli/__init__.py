"""The mailflow command. Imports are inside: whoever begins a process of it, or asks for --help, should wait for nothing else."""

import sys


def main() -> None:
    """Entry point of the installed command; a setting that cannot be is said in one sentence."""
    from mailflow.cli.commands import cli
    from mailflow.foundation.settings import SettingsError

    try:
        cli()
    except SettingsError as error:
        sys.exit(f"mailflow cannot start with these settings. {error}.")
