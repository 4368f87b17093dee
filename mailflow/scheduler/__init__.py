"""The door of time: ticks, jobs, and the loop of the sender."""
