"""Find personal and sensitive data in tables and in free text, and grade what was found."""
