"""Bookings planned, slots found, and joint projects finished early."""
