"""Finding people as one types: by mail, name or telephone, however it is spelled."""
