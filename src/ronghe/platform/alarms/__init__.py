"""Who is told of what, by page, mail or webhook, and whether it reached them."""
