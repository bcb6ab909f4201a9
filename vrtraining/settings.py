"""The one settings module. Everything that differs between installations comes from the environment.

HOST, PORT        address of `serve`
DATA_DIR          everything that is written goes under it
DATABASE_URL      default: SQLite in DATA_DIR
REDIS_URL         default: the Valkey that `serve` starts, on a socket in DATA_DIR
SECRET_KEY        default: made once and kept in DATA_DIR (development only, see checks.py)
"""

import hashlib
import tempfile
from pathlib import Path

import environ
from django.utils.translation import gettext_lazy as _

from vrtraining.logs import logging_config
from vrtraining.secret import secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "data"))).resolve()
HOST = env.str("HOST", "127.0.0.1")
PORT = env.int("PORT", 8000)

DEBUG = env.bool("DEBUG", False)
# "house": one machine, `make run`. "centre": a real installation, where every secret and address is given.
INSTALLATION = env.str("INSTALLATION", "house")
SECRET_KEY = env.str("SECRET_KEY", "") or secret_key(DATA_DIR)
SECRET_KEY_IS_GIVEN = bool(env.str("SECRET_KEY", ""))
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"] if INSTALLATION == "house" else [])
PUBLIC_URL = env.str("PUBLIC_URL", "")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[PUBLIC_URL] if PUBLIC_URL else [])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "channels",
    "rest_framework",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "rules.apps.AutodiscoverRulesConfig",
    "django_htmx",
    "csp",
    "vrtraining",
    "courses.people",
    "courses.catalog",
    "courses.learning",
    "courses.learning.xapi",
    "courses.scenarios",
    "streaming.library",
]

MIDDLEWARE = [
    "vrtraining.metrics.RequestMetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "vrtraining.logs.RequestLogMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "courses.people.middleware.TermsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "vrtraining.urls"
ASGI_APPLICATION = "vrtraining.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- data -------------------------------------------------------------------------------------
DATABASE_URL_IS_GIVEN = bool(env.str("DATABASE_URL", ""))
DATABASES = {"default": env.db("DATABASE_URL", f"sqlite:///{DATA_DIR / 'centre.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a writer waits for its turn at BEGIN instead of failing half-way (DESIGN D4).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000;",
    }
    # A file: threads of a test share an in-memory database in a mode that has no busy timeout.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_SOCKET = DATA_DIR / "run" / "valkey.sock"
if len(str(REDIS_SOCKET)) > 100:  # sun_path holds 108 bytes (unix(7))
    REDIS_SOCKET = Path(tempfile.gettempdir()) / f"vrtraining-{hashlib.sha256(bytes(DATA_DIR)).hexdigest()[:16]}.sock"
REDIS_URL_IS_GIVEN = bool(env.str("REDIS_URL", ""))
REDIS_URL = env.str("REDIS_URL", "") or f"unix://{REDIS_SOCKET}"
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL]},
    }
}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL},
}

MEDIA_ROOT = DATA_DIR / "media"
# Built, like static/dist, by `make setup`: it depends on the code alone.
STATIC_ROOT = BASE_DIR / "build" / "static"
STATIC_URL = "/static/"
STATICFILES_DIRS = [("dist", BASE_DIR / "static" / "dist"), ("img", BASE_DIR / "static" / "img")]
S3_BUCKET = env.str("S3_BUCKET", "")
STORAGES = {
    "default": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": env.str("S3_ENDPOINT_URL", "") or None,
            "querystring_expire": 300,
            "default_acl": None,
        },
    }
    if S3_BUCKET
    else {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_TEMP_DIR = None
# nginx in front: the location that X-Accel-Redirect answers point into (deploy/nginx.conf); empty: Django sends bytes.
X_ACCEL_PREFIX = env.str("X_ACCEL_PREFIX", "")
# One tus chunk; daphne holds a request body, so it bounds the memory of an upload.
TUS_CHUNK_BYTES = 16 * 1024 * 1024
# Django would write a larger body to a temporary file first; a chunk goes straight into its part.
FILE_UPLOAD_MAX_MEMORY_SIZE = TUS_CHUNK_BYTES
DATA_UPLOAD_MAX_MEMORY_SIZE = TUS_CHUNK_BYTES + 1024
# Unfinished uploads: on the same file system as MEDIA_ROOT, so that a finished one is linked, not copied.
UPLOAD_DIR = DATA_DIR / "uploads"
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", 200 * 1024**3)
UPLOAD_EXPIRES_AFTER_HOURS = env.int("UPLOAD_EXPIRES_AFTER_HOURS", 7 * 24)
# A signed media address works this long for the one who got it; the player renews it.
MEDIA_ADDRESS_SECONDS = env.int("MEDIA_ADDRESS_SECONDS", 4 * 3600)
# Those of tiles are shorter-lived: their client renews them without a pause.
TILES_ADDRESS_SECONDS = env.int("TILES_ADDRESS_SECONDS", 15 * 60)

# Codecs of the renditions: av1, h264, and hevc (our own encoder, sizes from 2048 on, near-8K for headsets).
LIBRARY_CODECS = env.list("LIBRARY_CODECS", default=["av1", "h264", "hevc"])
# 360 films of at least this width also get tiles (docs/tiles.md) by themselves; 0: only on request.
LIBRARY_TILES_FROM_WIDTH = env.int("LIBRARY_TILES_FROM_WIDTH", 5120)
# Threads of one segment's encoder; one process a core with one thread each has the least overhead.
LIBRARY_ENCODER_THREADS = env.int("LIBRARY_ENCODER_THREADS", 1)

# --- work -------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://") if REDIS_URL.startswith("unix://") else REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = env.int("WORKER_CONCURRENCY", 0) or None
CELERY_TASK_TRACK_STARTED = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_TIMEZONE = "UTC"
CELERY_TASK_DEFAULT_QUEUE = "transcode"
CELERY_TASK_ROUTES = {"*.tasks.light_*": {"queue": "light"}}
CELERY_BEAT_SCHEDULE = {
    "close-abandoned-runs": {"task": "courses.scenarios.tasks.light_close_abandoned", "schedule": 900.0},
    "record-missing-runs": {"task": "courses.scenarios.tasks.light_record_missing", "schedule": 900.0},
    "forget-dry-runs": {"task": "courses.people.tasks.light_forget_dry_runs", "schedule": 3600.0},
    "sweep-stalled-segments": {"task": "streaming.library.tasks.light_sweep_stalled", "schedule": 10.0},
    "sweep-replaced-versions": {"task": "streaming.library.tasks.light_sweep_replaced", "schedule": 3600.0},
    "forward-statements": {"task": "courses.learning.xapi.tasks.light_forward_statements", "schedule": 60.0},
    "expire-uploads": {"task": "streaming.library.tasks.light_expire_uploads", "schedule": 600.0},
}

# --- learning record --------------------------------------------------------------------------
# A learning record store (xAPI 1.0.3) that gets every statement too; empty: statements stay here only.
XAPI_LRS_URL = env.str("XAPI_LRS_URL", "")
XAPI_LRS_KEY = env.str("XAPI_LRS_KEY", "")
XAPI_LRS_SECRET = env.str("XAPI_LRS_SECRET", "")

# --- people -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
# Whether an address has to be confirmed by a letter: none, optional (a letter is sent), mandatory (before signing in).
ACCOUNT_EMAIL_VERIFICATION = env.str("EMAIL_VERIFICATION", "none")
ACCOUNT_SIGNUP_FIELDS = [
    "username*",
    "email*" if ACCOUNT_EMAIL_VERIFICATION == "mandatory" else "email",
    "password1*",
    "password2*",
]
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_ADAPTER = "courses.people.adapter.AccountAdapter"
ACCOUNT_SIGNUP_FORM_CLASS = "courses.people.forms.SignupExtras"
# Sign-ins are bounded by axes (per name) and courses.people.limits (per address) instead of allauth.
ACCOUNT_RATE_LIMITS = {"login_failed": "", "login": "", "signup": "60/h/ip", "people_import": "60/h/user"}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("BEHIND_PROXY", False) else 0
MFA_ADAPTER = "courses.people.adapter.MFAAdapter"
MFA_TOTP_ISSUER = "VR Medical Training"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = INSTALLATION == "house"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "courses.people.lockout.account_name"
AXES_CLIENT_IP_CALLABLE = "courses.people.lockout.client_address"
AXES_LOCKOUT_CALLABLE = "courses.people.lockout.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
# smtp+tls://user:password@mail.example:587; without it, letters are printed where `serve` runs.
EMAIL_URL_IS_GIVEN = bool(env.str("EMAIL_URL", ""))
_mail = env.email_url("EMAIL_URL", default="consolemail://")
EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_BACKEND"], _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", "training-centre@localhost")

# --- language and time ------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- security ---------------------------------------------------------------------------------
SERVES_HTTPS = env.bool("SERVES_HTTPS", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SERVES_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if SERVES_HTTPS and INSTALLATION == "centre" else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", False) else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        # blob: hls.js's media source and worker; data: three.js's and the icons' small pictures.
        "img-src": ["'self'", "data:", "blob:"],
        "media-src": ["'self'", "blob:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_THROTTLE_RATES": {"login": "20/min", "upload": "600/min"},
}

LOGGING = logging_config(env.str("LOG_LEVEL", "INFO"), json=env.bool("LOG_JSON", INSTALLATION == "centre"))
