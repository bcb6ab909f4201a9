"""A person makes a passkey in a real browser and signs in with it, under the house's content security policy."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Browser, Page, sync_playwright

from courses.people.models import ActionLogEntry, User
from tests.conftest import CHROMIUM

from .conftest import PASSWORD

ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread, which Django would take for an async view.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB", extra_http_headers={"Accept-Language": "en"})
    yield context.new_page()
    context.close()


def give_authenticator(page: Page) -> Any:
    """A device with a fingerprint reader that says yes."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session


def sign_in_by_password(page: Page, address: str) -> None:
    page.goto(f"{address}/accounts/login/")
    page.get_by_label("User name or e-mail").fill("li.na")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{address}/")


def test_a_passkey_is_made_and_opens_the_account(
    page: Page, live_server: Any, make_person: Callable[..., User]
) -> None:
    person = make_person("li.na", display_name="Li Na")
    violations: list[str] = []
    page.on("console", lambda message: violations.append(message.text) if "Security Policy" in message.text else None)
    give_authenticator(page)

    sign_in_by_password(page, live_server.url)
    page.goto(f"{live_server.url}/accounts/2fa/webauthn/add/")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name of this passkey").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/recovery-codes/**")
    key = Authenticator.objects.get(user=person, type=Authenticator.Type.WEBAUTHN)
    assert key.wrap().name == "My phone" and key.wrap().is_passwordless

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_role("button", name="Sign in by passkey").click()
    page.wait_for_url(f"{live_server.url}/")
    assert page.get_by_text("Li Na").first.is_visible()
    assert ActionLogEntry.objects.filter(action="people.sign_in", actor=person.audit_key).count() == 2
    assert violations == []


def test_without_a_passkey_the_page_says_what_to_do(
    page: Page, live_server: Any, make_person: Callable[..., User]
) -> None:
    make_person("li.na")
    page.goto(f"{live_server.url}/accounts/login/")
    page.evaluate(
        "() => { navigator.credentials.get = () => Promise.reject(new DOMException('cancelled', 'NotAllowedError')); }"
    )
    page.get_by_role("button", name="Sign in by passkey").click()
    page.get_by_text("sign in with your password").wait_for()
    assert page.url.endswith("/accounts/login/")
