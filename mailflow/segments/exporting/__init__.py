"""Taking people's data out: everybody, a list or a segment, in chosen columns, as a file that is made while it is read."""
