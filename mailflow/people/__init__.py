"""One person through all stages: two records made one, a change of address, being forgotten."""
