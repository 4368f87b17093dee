"""One message, to one list narrowed by a segment, at one hour."""
