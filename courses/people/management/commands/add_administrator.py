"""`manage.py add_administrator NAME`: the first person of a centre that starts without demo accounts."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils.translation import gettext as _

from courses.people.consent_texts import publish_first_documents
from courses.people.services.accounts import SIGN_IN_LINK_DAYS, install_administrator, sign_in_token


class Command(BaseCommand):
    help = "Add an administrator and print the link with which that person sets a password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--email", default="")

    def handle(self, *args: Any, username: str, email: str, **options: Any) -> None:
        publish_first_documents()
        try:
            person = install_administrator(username=username, email=email)
        except ValidationError as wrong:
            raise CommandError(" ".join(wrong.messages)) from wrong
        address = settings.PUBLIC_URL or f"http://{settings.HOST}:{settings.PORT}"
        link = address.rstrip("/") + reverse("people:first_password", args=[sign_in_token(person)])
        self.stdout.write(_("Open this link within %(days)s days and set a password:") % {"days": SIGN_IN_LINK_DAYS})
        self.stdout.write(link)
