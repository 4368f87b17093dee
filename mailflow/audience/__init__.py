"""Who they are and what they agreed to: brands, lists, fields, forms, subscribers, consent, suppression."""
