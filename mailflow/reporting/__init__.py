"""What it was worth: reads only."""
