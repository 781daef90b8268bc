"""What is wrong with an installation, and how to mend it: `ronghe doctor`, and the page of the security check."""
