"""A class of thirty signs in at the same moment, all behind the hospital's one address."""

import threading

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client

from courses.people.models import ActionLogEntry, User
from courses.people.services.verify import verify_log

PASSWORD = "amber-basin-cedar-2026"
CLASS = 30


@pytest.mark.django_db(transaction=True)
def test_everybody_gets_in(settings: object) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    secret = make_password(PASSWORD)
    User.objects.bulk_create(User(username=f"trainee{number:02d}", password=secret) for number in range(CLASS))
    answers: dict[int, int] = {}
    start = threading.Barrier(CLASS)

    def sign_in(number: int) -> None:
        try:
            start.wait()
            form = {"login": f"trainee{number:02d}", "password": PASSWORD}
            answers[number] = Client().post("/accounts/login/", form).status_code
        finally:
            connection.close()

    threads = [threading.Thread(target=sign_in, args=(number,)) for number in range(CLASS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == dict.fromkeys(range(CLASS), 302)
    assert ActionLogEntry.objects.filter(action="people.sign_in").count() == CLASS
    assert verify_log().is_good
