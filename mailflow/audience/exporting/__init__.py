"""Taking people's data out: who may choose what, and a line about each time somebody did."""
