"""A centre that is set up wrongly says so before it opens."""

import pytest
from pytest_django import Settings

from vrtraining.checks import installation_is_consistent


@pytest.fixture
def centre(settings: Settings) -> Settings:
    settings.INSTALLATION = "centre"
    settings.DEBUG = False
    settings.SECRET_KEY_IS_GIVEN = True
    settings.ALLOWED_HOSTS = ["centre.example"]
    settings.DATABASE_URL_IS_GIVEN = True
    settings.REDIS_URL_IS_GIVEN = True
    settings.SERVES_HTTPS = True
    settings.EMAIL_URL_IS_GIVEN = True
    return settings


def test_a_complete_centre_has_nothing_to_say(centre: Settings) -> None:
    assert installation_is_consistent() == []


@pytest.mark.parametrize(
    ("setting", "value", "expected"),
    [
        ("DEBUG", True, "vrtraining.E002"),
        ("SECRET_KEY_IS_GIVEN", False, "vrtraining.E003"),
        ("ALLOWED_HOSTS", ["*"], "vrtraining.E004"),
        ("ALLOWED_HOSTS", [], "vrtraining.E004"),
        ("REDIS_URL_IS_GIVEN", False, "vrtraining.W001"),
        ("DATABASE_URL_IS_GIVEN", False, "vrtraining.W004"),
        ("SERVES_HTTPS", False, "vrtraining.W002"),
        ("EMAIL_URL_IS_GIVEN", False, "vrtraining.W003"),
        ("INSTALLATION", "palace", "vrtraining.E001"),
        ("ACCOUNT_EMAIL_VERIFICATION", "perhaps", "vrtraining.E005"),
    ],
)
def test_each_wrong_combination_is_named(centre: Settings, setting: str, value: object, expected: str) -> None:
    setattr(centre, setting, value)
    assert [message.id for message in installation_is_consistent()] == [expected]


def test_letters_that_everybody_needs_must_go_somewhere(centre: Settings) -> None:
    centre.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    centre.EMAIL_URL_IS_GIVEN = False
    assert [message.id for message in installation_is_consistent()] == ["vrtraining.E006"]


def test_a_house_may_make_up_its_own_key(settings: Settings) -> None:
    settings.INSTALLATION = "house"
    settings.SECRET_KEY_IS_GIVEN = False
    assert installation_is_consistent() == []
