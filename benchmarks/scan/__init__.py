"""Finding personal data: in columns, in Chinese remarks and in English sentences, beside Presidio's patterns."""
