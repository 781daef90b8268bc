"""Booking in time: exact where exactness is possible, bounded where it is not, with a reason for each refusal."""
