"""What a mail looks like: templates, compiling MJML, personal words, checks."""
