"""A believable shop to try everything on, made the same way each time."""
