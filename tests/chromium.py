"""How the tests start Chromium: unseen, and without calls home."""

__all__ = ["QUIET"]

QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
