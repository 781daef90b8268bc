"""Resources: allocation of divisible supply, booking in time, monitoring."""
