"""The same join by libraries that the peers' interpreter has; nothing of Ronghe is imported here."""
