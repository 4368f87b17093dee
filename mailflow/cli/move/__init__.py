"""From one computer's SQLite to a PostgreSQL that many share."""
