"""The pages: each view asks `queries`, calls one action, and shows what came of it."""
