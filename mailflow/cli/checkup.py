"""The command that looks whether all is well."""

import typer


def doctor() -> None:
    """Look at settings, data, keys, mail servers and senders; say what to mend and how. Ends with 1 where something is to be mended."""
    from mailflow.cli.doctor.checks import look
    from mailflow.cli.doctor.words import SETTINGS_BAD
    from mailflow.cli.speech import language_of, tell
    from mailflow.foundation.settings import SettingsError, read_settings

    good, bad = ("bien     ", "ARREGLAR ") if language_of() == "es" else ("ok    ", "MEND  ")
    faults = 0
    try:
        for finding in look(read_settings()):
            typer.echo((good if finding.well else bad) + tell(finding.words, **finding.values))
            faults += not finding.well
    except SettingsError as error:
        typer.echo(bad + tell(SETTINGS_BAD, why=error))
        faults += 1
    raise typer.Exit(1 if faults else 0)
