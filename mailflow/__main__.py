"""``python -m mailflow``: the same as the installed command."""

from mailflow.cli import main

main()
