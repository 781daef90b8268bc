"""What is in a technology, offline: known vulnerabilities, licenses, end of life, and how much could be checked."""
