"""What tokens, sealed files and the log cost, beside the bare ciphers, hashes and disk."""
