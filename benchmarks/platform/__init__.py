"""The platform as it is served: what a read through the API costs."""
