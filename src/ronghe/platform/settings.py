"""Django's settings, from `RONGHE_HOME` and the environment; nothing secret stands here or in an argument."""

import os
from pathlib import Path
from typing import Any

from ronghe.journeys.settings import home
from ronghe.platform.home import database, mail, secret_key

HOME: Path = home(os.environ).absolute()
SECRET_KEY = secret_key(HOME)
DEBUG = False
ALLOWED_HOSTS = os.environ.get("RONGHE_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("RONGHE_ORIGINS", "").split(",") if origin]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "ronghe.platform.audit",
    "ronghe.platform.jobs",
    "ronghe.platform.departments",
    "ronghe.platform.access",
    "ronghe.platform.alarms",
    "ronghe.platform.catalogue",
    "ronghe.platform.requests",
    "ronghe.platform.kinds.data",
    "ronghe.platform.index",
    "ronghe.platform.api",
    "ronghe.platform.console",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
MIDDLEWARE = [
    "ronghe.platform.serve.logged.Logged",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "ronghe.platform.console.middleware.Console",
]
ROOT_URLCONF = "ronghe.platform.urls"
STATIC_URL = "/static/"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "ronghe.platform.console.context.page",
            ]
        },
    },
]
DATABASES = {"default": database(HOME, os.environ)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "access.Person"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "ronghe.platform.console.doors.AccountDoor"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
"""Otherwise a sign-in would wait for a mail server."""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/sign-in"
ACCOUNT_RATE_LIMITS = {"login_failed": "10/5m/ip,5/5m/key"}
MFA_ADAPTER = "ronghe.platform.console.doors.SecondFactorDoor"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Ronghe"
MFA_TOTP_TOLERANCE = 1
"""RFC 6238, 5.2: the half minute before and after, for clocks that differ and people who type slowly."""
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "access_cache",
        # With few, whoever tries many names would drive out what is known of others.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
"""Holds what every web process must know of: codes that were used, attempts to sign in."""

SOURCE_FOLDERS = [Path(part) for part in os.environ.get("RONGHE_FOLDERS", "").split(os.pathsep) if part]
SOURCE_HOSTS = [host.strip() for host in os.environ.get("RONGHE_SOURCE_HOSTS", "").split(",") if host.strip()]
FILE_UPLOAD_HANDLERS = [
    "ronghe.platform.console.receiving.Bounded",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
LARGEST_UPLOAD = int(os.environ.get("RONGHE_UPLOAD_MB", "500")) * 1_000_000

API_CALLS_A_MINUTE = int(os.environ.get("RONGHE_API_CALLS", "6000"))
"""For each person, all their programs together."""
API_STRANGERS_A_MINUTE = 60
"""Calls without a living token, for each address."""

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
"""Texts are rendered by `ronghe.messages`, in the reader's language."""

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
CSRF_FAILURE_VIEW = "ronghe.platform.console.views.errors.not_ours"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if os.environ.get("RONGHE_HTTPS") == "1":
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000

ENVIRONMENT = os.environ
"""Where the platform may call, and the like: read when it is needed, so that tests can say otherwise."""
PUBLIC_URL = os.environ.get("RONGHE_URL") or next(iter(CSRF_TRUSTED_ORIGINS), "http://127.0.0.1:8000")
"""What stands before the links in mail."""
_MAIL = mail(os.environ)
MAIL_IS_ON = _MAIL is not None
if _MAIL is not None:
    EMAIL_HOST, EMAIL_PORT = _MAIL.host, _MAIL.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL.user, _MAIL.password
    EMAIL_USE_SSL, EMAIL_USE_TLS = _MAIL.ssl, _MAIL.starttls
    DEFAULT_FROM_EMAIL = _MAIL.sender
EMAIL_TIMEOUT = 15
LOGGING_CONFIG = None
