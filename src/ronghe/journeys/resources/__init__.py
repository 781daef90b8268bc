"""The roads of resources: read files, call the engine, publish a folder."""
