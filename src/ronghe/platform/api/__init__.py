"""What programs call: rows under a grant, one subject at a time or page by page, with a token of their own."""
