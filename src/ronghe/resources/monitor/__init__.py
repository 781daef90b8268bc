"""What is watched in resources: quotas, guarantees, waiting, idleness, double bookings, waste and sharing."""
