"""The platform's own settings in a home of the test run."""

import atexit
import os
import shutil
import tempfile

os.environ["RONGHE_HOME"] = tempfile.mkdtemp(prefix="ronghe-home-")

atexit.register(shutil.rmtree, os.environ["RONGHE_HOME"], ignore_errors=True)

from ronghe.platform.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
"""Real hashing is slow on purpose; a test of its own uses the real one."""
