"""One file that holds a whole installation: taken while it sends, checked, and put back only where nothing is yet."""
