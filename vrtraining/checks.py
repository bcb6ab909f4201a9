"""System checks for combinations of settings that would be wrong in a real installation."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register


@register(Tags.security)
def installation_is_consistent(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """A "centre" must be given what a "house" may make up by itself."""
    if settings.INSTALLATION not in {"house", "centre"}:
        return [Error(f"INSTALLATION is {settings.INSTALLATION!r}.", hint="Use house or centre.", id="vrtraining.E001")]
    if settings.ACCOUNT_EMAIL_VERIFICATION not in {"none", "optional", "mandatory"}:
        wrong = f"EMAIL_VERIFICATION is {settings.ACCOUNT_EMAIL_VERIFICATION!r}."
        return [Error(wrong, hint="Use none, optional or mandatory.", id="vrtraining.E005")]
    if settings.INSTALLATION == "house":
        return []
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(Error("DEBUG is on in a centre.", hint="Unset DEBUG.", id="vrtraining.E002"))
    if not settings.SECRET_KEY_IS_GIVEN:
        found.append(
            Error(
                "DEBUG is off in a centre and SECRET_KEY is not given.",
                hint="Set SECRET_KEY to the same long random text on every machine.",
                id="vrtraining.E003",
            )
        )
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        found.append(
            Error("ALLOWED_HOSTS does not name this centre.", hint="ALLOWED_HOSTS=centre.example", id="vrtraining.E004")
        )
    if not settings.REDIS_URL_IS_GIVEN:
        found.append(
            Warning(
                "REDIS_URL is not given: only processes of this machine can work together.",
                hint="Set REDIS_URL to the Valkey or Redis that all machines reach.",
                id="vrtraining.W001",
            )
        )
    if not settings.DATABASE_URL_IS_GIVEN:
        found.append(
            Warning(
                "DATABASE_URL is not given: the data are in SQLite, which only processes of this machine can share.",
                hint="DATABASE_URL=postgres://user:password@db.example/vrtraining",
                id="vrtraining.W004",
            )
        )
    if not settings.SERVES_HTTPS:
        found.append(
            Warning(
                "SERVES_HTTPS is off: cookies travel in clear and headsets refuse WebXR.",
                hint="Put TLS in front and set SERVES_HTTPS=1 (and BEHIND_PROXY=1).",
                id="vrtraining.W002",
            )
        )
    if not settings.EMAIL_URL_IS_GIVEN:
        hint = "EMAIL_URL=smtp+tls://user:password@mail.example:587 and EMAIL_FROM=centre@mail.example"
        if settings.ACCOUNT_EMAIL_VERIFICATION == "mandatory":
            nobody = "EMAIL_URL is not given: nobody can confirm an address, so nobody who signs up comes in."
            found.append(Error(nobody, hint=hint, id="vrtraining.E006"))
        else:
            found.append(
                Warning(
                    "EMAIL_URL is not given: nobody gets a new password by e-mail.", hint=hint, id="vrtraining.W003"
                )
            )
    return found
