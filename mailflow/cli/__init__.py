"""The mailflow command. Imports are inside: whoever begins a process of it, or asks for --help, should wait for nothing else."""

import sys


def main() -> None:
    """Entry point of the installed command; a setting that cannot be, or a database that is away, is said in one sentence."""
    from mailflow.cli.commands import cli
    from mailflow.foundation.settings import SettingsError

    try:
        cli()
    except SettingsError as error:
        sys.exit(f"mailflow cannot start with these settings. {error}.")
    except Exception as error:
        from mailflow.cli.away import told_of

        if not (sentence := told_of(error)):
            raise
        sys.exit(sentence)
