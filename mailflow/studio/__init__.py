"""The door for marketers and program managers: staff pages, in Flask, mounted under /studio."""
