"""Counts how often all sessions of a person were ended; whoever is signed in signs in once more after this."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0002_shared_cache"),
    ]

    operations = [
        migrations.AddField("person", "sessions_ended", models.PositiveIntegerField(default=0)),
    ]
