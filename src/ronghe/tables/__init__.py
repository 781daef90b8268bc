"""Tables: read, describe operations on them, run these on an engine, publish the result."""
