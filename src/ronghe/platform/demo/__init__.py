"""The demo city: departments, people, a catalogue, and a year of history made by driving the real actions."""
