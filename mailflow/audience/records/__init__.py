"""One person's record: notes of staff, a change of address, and two records made one."""
