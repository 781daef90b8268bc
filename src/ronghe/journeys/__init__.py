"""Whole roads over the engines: what one command does from beginning to end."""
