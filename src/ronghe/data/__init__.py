"""The data engine: standardize -> integrate -> protect -> deliver."""
