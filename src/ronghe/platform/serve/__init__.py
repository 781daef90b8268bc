"""One process group: the console behind granian, static files beside it, the worker under a supervisor."""
