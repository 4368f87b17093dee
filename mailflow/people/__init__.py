"""One person through all stages: two records made one, and a change of address."""
