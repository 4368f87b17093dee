"""MJML before it is compiled: read in one pass, checked against what we know, mended where the compiler would stumble."""
