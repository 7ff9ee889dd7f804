"""The web client on bad networks: lost requests and answers, a server that refuses or is down."""

import requests
from playwright.sync_api import Route, expect

from tests.web_client import WebClient, lesion


def test_offline_and_back(person: WebClient) -> None:
    page = person.page
    person.check()
    person.open("checks")
    expect(page.locator(".check-card img")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    person.context.set_offline(True)

    # The page opens, and the last answers can be read.
    page.reload()
    person.sees_text("No connection")
    person.sees_text("These are the last answers")
    page.locator(".check-card").click()
    person.sees_answer()
    expect(page.get_by_alt_text("Your photo of the spot").first).to_have_js_property(
        "complete", True
    )

    # A photo waits, also over a reload, and is sent once.
    person.choose(lesion(5))
    person.send()
    person.sees_text("Waiting to be sent")
    page.reload()
    person.sees_text("Waiting to be sent")
    person.context.set_offline(False)
    page.get_by_role("button", name="Show").click()
    person.sees_answer()
    person.open("checks")
    expect(page.locator(".check-card")).to_have_count(2)


def test_a_lost_answer_makes_no_second_check(person: WebClient) -> None:
    """The service has the photo, but the connection broke before its answer arrived."""
    keys: list[str] = []

    def lose_the_first(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.fetch()
            return route.abort()
        return route.continue_()

    person.page.route("**/user/checks", lose_the_first)
    person.choose(lesion(6))
    person.send()
    person.sees_text("Waiting to be sent")
    person.page.get_by_role("button", name="Send now").click()
    person.sees_answer()
    assert len(keys) == 2
    assert len(set(keys)) == 1
    person.page.unroute("**/user/checks")
    person.open("checks")
    expect(person.page.locator(".check-card")).to_have_count(1)


def test_a_link_that_is_followed_while_the_page_starts_is_not_lost(person: WebClient) -> None:
    held: list[Route] = []
    person.page.route("**/locales/*.json", lambda route: held.append(route))
    with person.page.expect_request("**/locales/*.json"):
        person.page.reload()
    person.open("account")
    held[0].continue_()
    person.sees_text("This device")


def test_a_lost_answer_to_a_refresh_ends_no_session(person: WebClient) -> None:
    """The service has replaced the refresh token, and the browser still has the old one."""
    keys: list[str] = []

    def lose_the_first(route: Route) -> None:
        headers = route.request.all_headers()
        keys.append(headers["idempotency-key"])
        if len(keys) > 1:
            return route.continue_()
        sent = {name: headers[name] for name in ("cookie", "session", "idempotency-key")}
        assert requests.post(route.request.url, headers=sent, timeout=30).status_code == 201
        return route.abort()

    person.page.route("**/token/refresh", lose_the_first)
    person.page.reload()
    person.open("account")
    person.sees_text("This device")
    assert len(keys) == 2
    assert keys[0] == keys[1]
    person.page.unroute("**/token/refresh")


def test_too_many_requests_are_tried_again(person: WebClient) -> None:
    problem = {"type": "/problems/too-many-requests", "title": "", "status": 429, "detail": ""}
    answers = iter([True])

    def refuse_the_first(route: Route) -> None:
        if next(answers, False):
            return route.fulfill(status=429, json=problem, headers={"Retry-After": "2"})
        return route.continue_()

    person.page.route("**/user/checks", refuse_the_first)
    person.choose(lesion(7))
    person.send()
    person.sees_text("That was too often in a short time. Next try in 2 seconds.")
    person.sees_answer()


def test_a_server_that_is_down(person: WebClient) -> None:
    person.page.route("**/api/**", lambda route: route.abort())
    person.choose(lesion(8))
    person.send()
    person.sees_text("No connection. You can read your last answers")
    person.page.unroute("**/api/**")
    person.page.get_by_role("button", name="Send now").click()
    person.sees_answer()


def test_an_ended_session_keeps_the_photo(person: WebClient) -> None:
    page = person.page
    person.context.set_offline(True)
    person.choose(lesion(9))
    person.send()
    person.sees_text("Waiting to be sent")
    page.goto("about:blank")
    # Now that no request of the page can bring the cookie back.
    person.context.clear_cookies()
    person.context.set_offline(False)
    person.open("checks")
    person.sees_text("Your session has ended")
    person.log_in()
    expect(page.locator(".check-card")).to_have_count(1)
