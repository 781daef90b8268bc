"""Three departments' tables by one key, Parquet to Parquet: `suite` says who does it, `data` makes the tables.

The work, the same for everyone: one row for each identity number that any of the three knows, with all columns of all
three (a full outer join), from three Parquet files to one, compressed by zstd at its default level, with two threads.
"""
