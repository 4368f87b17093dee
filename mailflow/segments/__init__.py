"""Who qualifies: condition trees, compiled to SQL."""
