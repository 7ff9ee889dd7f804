"""What administrators do, with the keyboard alone, on a phone and at a desk."""

import base64
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_accessibility import require_accessible
from tests.service import Service
from tests.web_client import PASSWORD, WebClient, lesion, visit

# More than a page.
CHECKS = 23
KEPT = """async () => {
  const { all } = await import("/web/store/database.js");
  return (await Promise.all(["checks", "pictures"].map(all))).flat().length;
}"""


class Api:
    """The API, as somebody."""

    def __init__(self, service: Service, email: str, route: str = "login") -> None:
        self.root = f"{service.root}/api/v1"
        body = {"email": email, "password": PASSWORD}
        self.session = requests.Session()
        tokens = self.session.post(f"{self.root}/{route}", json=body, timeout=60).json()
        self.session.headers["Authorization"] = f"Bearer {tokens['token']}"

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.session.request(method, f"{self.root}{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json() if answer.content else None


@pytest.fixture(params=["phone", "desktop"])
def staff(
    request: pytest.FixtureRequest, browser: Browser, service: Service, administrator: str
) -> Iterator[WebClient]:
    """An administrator who is logged in."""
    with visit(browser, service, request.param, reduced_motion="reduce") as client:
        client.email = administrator
        client.open("login")
        client.log_in()
        yield client


@pytest.fixture
def boss(service: Service, administrator: str) -> Api:
    return Api(service, administrator)


def upload(service: Service, email: str, number: int) -> list[str]:
    """Return the ids of new checks of somebody, the newest first."""
    api = Api(service, email, "register")
    photo = base64.b64encode(lesion(5)).decode()
    return [api.call("POST", "/user/checks", {"photo": photo})["id"] for _ in range(number)][::-1]


def somebody() -> str:
    return f"somebody{secrets.token_hex(4)}@example.com"


def label_all(boss: Api) -> None:
    while checks := boss.call("GET", "/admin/checks?reviewed=false")["checks"]:
        for check in checks:
            boss.call("PUT", f"/admin/checks/{check['id']}/benign")


def press(page: Page, key: str, expected: int) -> None:
    page.keyboard.press(key)
    expect(page.locator("main")).to_contain_text(f"Check {expected} of")


def test_twenty_checks_are_labelled_with_the_keyboard(
    staff: WebClient, service: Service, boss: Api
) -> None:
    label_all(boss)
    ids = upload(service, somebody(), CHECKS)
    page, kept = staff.page, staff.page.evaluate(KEPT)
    staff.open("staff/checks")
    expect(page.get_by_alt_text("Photo to label")).to_be_visible()
    expect(page.get_by_alt_text("Heat map over the photo")).to_be_visible()
    staff.sees_text("Check 1 of more than 20")
    require_accessible(page, "labels")
    for index in range(20):
        press(page, "123"[index % 3], index + 2)
    # The next page is there before the last check of this one.
    staff.sees_text(f"Check 21 of {CHECKS}")
    staff.sees_text("20 labelled")
    # Back to the last one, which gets another label.
    press(page, "ArrowLeft", 20)
    staff.sees_text("A person set this label")
    press(page, "3", 21)
    for key, expected in (("k", 20), ("ArrowRight", 21), ("j", 22), ("1", 23)):
        press(page, key, expected)
    page.keyboard.press("2")
    staff.sees_text("This was the last check")
    require_accessible(page, "all labelled")
    press(page, "ArrowLeft", CHECKS)
    found = {check["id"]: check for check in boss.call("GET", "/admin/checks?limit=50")["checks"]}
    statuses = [found[each]["review"] and found[each]["review"]["status"] for each in ids]
    wanted = [("benign", "unclear", "malignant")[index % 3] for index in range(20)]
    assert statuses == [*wanted[:19], "malignant", None, "benign", "unclear"]
    # Nothing of others is kept on the device.
    assert page.evaluate(KEPT) == kept


def test_the_focus_stays_on_a_button(staff: WebClient, service: Service, boss: Api) -> None:
    label_all(boss)
    upload(service, somebody(), 2)
    page = staff.page
    staff.open("staff/checks")
    button = page.get_by_role("button", name="Suspicious")
    button.focus()
    press(page, "Enter", 2)
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="This was the last check")).to_be_focused()
    page.get_by_role("button", name="Labelled ones, too").click()
    staff.sees_text("Check 1 of")
    expect(page.locator(".task")).to_contain_text("A person set this label")


def test_what_others_did_meanwhile_is_seen(staff: WebClient, service: Service, boss: Api) -> None:
    label_all(boss)
    email = somebody()
    third, second, first = upload(service, email, 3)
    page = staff.page
    staff.open("staff/checks")
    expect(page.get_by_alt_text("Photo to label")).to_be_visible()
    # Labelled by somebody else while it is shown.
    boss.call("PUT", f"/admin/checks/{third}/malignant")
    page.keyboard.press("1")
    staff.sees_text("It was changed meanwhile")
    expect(page.locator(".task .status-malignant")).to_be_visible()
    press(page, "1", 2)
    # Deleted by its owner before it is shown.
    Api(service, email).call("DELETE", f"/user/checks/{first}")
    page.keyboard.press("2")
    staff.sees_text("This check has been deleted")
    staff.sees_text("This was the last check")
    assert boss.call("GET", f"/user/checks/{second}")["status"] == "unclear"
    assert boss.call("GET", f"/user/checks/{third}")["status"] == "benign"
    # Any check can be found by its number.
    page.get_by_label("Number of the check").fill(third)
    page.keyboard.press("Enter")
    expect(page.locator(".task")).to_contain_text(third)


def test_keys_do_nothing_in_a_field_and_can_be_switched_off(
    staff: WebClient, service: Service
) -> None:
    upload(service, somebody(), 1)
    page = staff.page
    staff.open("staff/checks")
    staff.sees_text("Check 1 of")
    field = page.get_by_label("Number of the check")
    field.press_sequentially("123jk")
    expect(field).to_have_value("123jk")
    page.get_by_label("Photo or heat map").press("ArrowRight")
    staff.sees_text("Check 1 of")
    switch = page.get_by_role("button", name="Keys 1 to 3, J and K")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("1")
    staff.sees_text("0 labelled")
    page.reload()
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.click()


def test_a_role_is_given_and_taken_back(staff: WebClient, service: Service, boss: Api) -> None:
    email = somebody()
    other = Api(service, email, "register")
    user_id = other.call("GET", "/user")["id"]
    page = staff.page
    staff.open("staff/users")
    row = page.get_by_role("listitem").filter(has_text=email)
    opener = row.get_by_role("button", name="Change role")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Change the role")
    confirm = dialog.get_by_role("button", name="Change role")
    expect(confirm).to_be_disabled()
    require_accessible(page, "role")
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    dialog.get_by_label("New role").select_option("doctor")
    staff.sees_text("All sessions of this account end")
    expect(confirm).to_be_enabled()
    confirm.press("Enter")
    expect(row.locator(".role")).to_have_text("Doctor")
    assert boss.call("GET", f"/admin/users/{user_id}")["role"] == "doctor"
    assert other.session.get(f"{other.root}/user", timeout=60).status_code == 401
    page.get_by_role("button", name="Undo").press("Enter")
    expect(row.locator(".role")).to_have_text("Person")
    assert boss.call("GET", f"/admin/users/{user_id}")["role"] == "user"


def test_a_role_that_was_changed_meanwhile(staff: WebClient, service: Service, boss: Api) -> None:
    email = somebody()
    user_id = Api(service, email, "register").call("GET", "/user")["id"]
    page = staff.page
    staff.open("staff/users")
    row = page.get_by_role("listitem").filter(has_text=email)
    row.get_by_role("button", name="Change role").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("New role").select_option("doctor")
    boss.call("PATCH", f"/admin/users/{user_id}", {"role": "admin"})
    dialog.get_by_role("button", name="Change role").click()
    expect(dialog.get_by_role("alert")).to_contain_text("It was changed meanwhile")
    expect(dialog).to_contain_text("Administrator")
    assert boss.call("GET", f"/admin/users/{user_id}")["role"] == "admin"
    boss.call("DELETE", f"/admin/users/{user_id}")
    dialog.get_by_role("button", name="Change role").click()
    expect(dialog.get_by_role("alert")).to_contain_text("There is nothing")


def test_the_own_role_cannot_be_changed_here(staff: WebClient) -> None:
    staff.open("staff/users")
    staff.sees("People")
    row = staff.page.get_by_role("listitem").filter(has_text=staff.email)
    more = staff.page.get_by_role("button", name="Show more")
    expect(staff.page.locator(".person").first).to_be_visible()
    # Other tests made accounts that are newer.
    while not row.count():
        number = staff.page.locator(".person").count()
        more.click()
        expect(staff.page.locator(".person").nth(number)).to_be_visible()
    expect(row).to_be_visible()
    expect(row.get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize("language", ["de", "es"])
def test_other_languages_fit(staff: WebClient, service: Service, language: str) -> None:
    upload(service, somebody(), 1)
    page = staff.page
    page.set_viewport_size({"width": 320, "height": 640})
    page.evaluate(f"localStorage.setItem('language', '\"{language}\"')")
    page.reload()
    for view in ("staff/users", "staff/checks"):
        staff.open(view)
        expect(page.locator(".task img, .person").first).to_be_visible()
        require_accessible(page, f"{view} in {language}")


def test_nothing_of_others_is_kept(staff: WebClient, service: Service) -> None:
    [check] = upload(service, somebody(), 1)
    staff.open(f"checks/{check}")
    staff.sees_answer()
    expect(staff.page.locator("img.check-photo")).to_be_visible()
    assert staff.page.evaluate(KEPT) == 0
