"""The door for pixels, clicks and mails seen in a browser: small, fast, and knowing no session."""
