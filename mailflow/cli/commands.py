"""All commands by name. Imports are inside each command: asking for --help should take no time."""

import typer

from mailflow.cli import bringing, checkup, data, exporting, keeping, keyring, processes, suppressing

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="mailflow: newsletters and marketing automation for a shop.",
)
cli.command("run")(processes.run)
cli.command("web")(processes.web)
cli.command("worker")(processes.worker)
cli.command("scheduler")(processes.scheduler)
cli.command("doctor")(checkup.doctor)
cli.command("import")(bringing.import_)
cli.command("export")(exporting.export)
cli.command("import-undo")(bringing.undo)
cli.command("import-stop")(bringing.stop)
cli.command("backup")(keeping.backup)
cli.command("restore")(keeping.restore)
cli.command("release")(keeping.release)
cli.add_typer(keyring.keys, name="keys")
cli.add_typer(suppressing.suppression, name="suppression")
cli.add_typer(data.db, name="db")
cli.add_typer(data.demo, name="demo")
cli.add_typer(data.user, name="user")
