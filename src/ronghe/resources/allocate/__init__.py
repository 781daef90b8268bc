"""Allocate divisible resources: exact weighted dominant-resource max-min above guarantees, with a certificate."""
