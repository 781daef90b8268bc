"""Whole roads over the engines: standardize into a publication, share a folder of files, make the demo city."""
