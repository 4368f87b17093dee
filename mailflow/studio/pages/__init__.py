"""One file per noun, each with a ``blueprint``; assembly.py lists them."""
