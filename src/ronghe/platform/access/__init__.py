"""Who a person is, what they may see and do, and on whose behalf."""
