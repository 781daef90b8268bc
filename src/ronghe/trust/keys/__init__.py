"""Keys, ciphers, tokens and signatures."""
