"""The door for shops: JSON in, problem+json when it cannot be."""
