"""Who was given a password by somebody else changes it before anything else."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0003_sessions_ended"),
    ]

    operations = [
        migrations.AddField("person", "password_given", models.BooleanField(default=False)),
    ]
