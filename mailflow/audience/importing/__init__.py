"""Bringing people in from a file: read, guessed, tried out on paper, then carried in, each row with one word for what became of it."""
