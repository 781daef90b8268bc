"""Data: rows that stay with their owner and leave under a grant, as files, as rows, or one subject at a time.

mount -> examine            where the rows are read, and what is in them
look                        what a grant would let out, shown to who decides
deliver -> refresh          the protected snapshot of a grant, and the next one
read, look up, verify       every channel serves the same rows, and every read is on record
end                         nothing is served from the instant on; what was made is removed
"""
