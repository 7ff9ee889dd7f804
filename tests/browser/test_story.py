"""What a person does with the web client, from the first visit to the last."""

import base64
import io
import re

import pillow_heif
from playwright.sync_api import Browser, expect

from cnn_model.data.synthetic import skin_photo
from tests.service import Service
from tests.web_client import PASSWORD, WebClient, blank, lesion, visit

TRANSFER = """(photo) => {
  const bytes = Uint8Array.from(atob(photo), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "photo.jpg", { type: "image/jpeg" }));
  return transfer;
}"""
PASTE = f"""(photo) => document.dispatchEvent(
  new ClipboardEvent("paste", {{ clipboardData: ({TRANSFER})(photo) }})
)"""

PASTE_LARGE = """() => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(21 * 2 ** 20)], "a.heic", { type: "image/heic" }));
  document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer }));
}"""

# What this device keeps in each store.
KEPT = """async () => {
  const { all } = await import("/web/store/database.js");
  return Promise.all(["outbox", "checks", "pictures"].map(all));
}"""


def test_the_whole_story(anybody: WebClient) -> None:
    anybody.register()
    anybody.choose(lesion())
    anybody.page.get_by_label("Age").fill("52")
    anybody.page.get_by_label("Place on the body").select_option("face")
    anybody.send()
    read_the_answer(anybody)
    find_it_after_a_reload(anybody)
    delete_it(anybody)
    leave(anybody)


def read_the_answer(anybody: WebClient) -> None:
    """What to do comes first, the numbers come last."""
    page = anybody.page
    anybody.sees_answer()
    titles = page.get_by_role("heading").all_inner_texts()
    assert titles.index("Why") < titles.index("The numbers")
    assert re.search("doctor|dermatologist|eye", titles[0])
    expect(page.get_by_role("img", name=re.compile("Of 100 photos"))).to_be_visible()
    expect(page.get_by_alt_text("Heat map over your photo")).to_be_visible()
    page.get_by_label("Photo or heat map").fill("20")
    anybody.sees_text("What the service cannot know")
    assert "nothing to worry about" not in page.content().lower()


def find_it_after_a_reload(anybody: WebClient) -> None:
    """Without another login."""
    page = anybody.page
    page.reload()
    anybody.sees_answer()
    anybody.open("checks")
    card = page.get_by_role("link", name=re.compile("Face"))
    expect(card).to_be_visible()
    is_suspicious = "Suspicious" in card.inner_text()
    page.get_by_role("button", name="Suspicious").click()
    expect(card).to_have_count(int(is_suspicious))
    page.get_by_role("button", name="All").click()


def delete_it(anybody: WebClient) -> None:
    """A deletion can be undone, and is done."""
    page = anybody.page
    card = page.get_by_role("link", name=re.compile("Face"))
    card.click()
    page.get_by_role("button", name="Delete").click()
    expect(card).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(card).to_be_visible()
    card.click()
    page.get_by_role("button", name="Delete").click()
    anybody.sees_text("No checks yet")
    page.goto("about:blank")
    anybody.open("checks")
    anybody.sees_text("No checks yet")


def leave(anybody: WebClient) -> None:
    """Log out, and erase the account."""
    page = anybody.page
    anybody.open("account")
    anybody.sees("Robin")
    page.get_by_role("button", name="Log out", exact=True).click()
    anybody.sees("Log in")
    anybody.log_in()
    anybody.open("account")
    page.get_by_role("button", name="Delete my account").click()
    page.get_by_role("button", name="Delete everything").click()
    anybody.sees("Log in")
    assert page.evaluate("localStorage.getItem('user')") is None


def test_a_photo_from_the_camera(person: WebClient) -> None:
    page = person.page
    page.get_by_role("link", name="Take a photo").click()
    hint = page.locator(".camera-hint")
    expect(hint).to_have_text(re.compile(r"\w+: "))
    shutter = page.get_by_role("button", name="Take the photo")
    expect(shutter).to_be_enabled()
    shutter.click()
    preview = page.get_by_alt_text("Photo 1")
    expect(preview).to_be_visible()
    assert preview.evaluate("image => image.naturalWidth") > 0
    person.send()
    person.sees_answer()


def test_a_photo_that_is_refused_says_how_to_retake_it(person: WebClient) -> None:
    person.choose(blank())
    person.send()
    person.sees_text("This photo cannot be assessed")
    person.sees_text("Hold the camera about ten centimetres")
    person.page.get_by_role("button", name="Discard").click()
    expect(person.page.get_by_text("This photo cannot be assessed")).to_have_count(0)


def test_a_file_that_is_too_large_is_refused_at_once(person: WebClient) -> None:
    person.page.evaluate(PASTE_LARGE)
    person.send()
    person.sees_text("This photo is too large")


def test_several_photos_at_once(person: WebClient) -> None:
    person.choose(lesion(1), lesion(2))
    person.send()
    person.sees("Your checks")
    expect(person.page.locator(".check-card")).to_have_count(2)


def test_a_large_photo_is_scaled_down(person: WebClient) -> None:
    person.choose(lesion(4, (3000, 2000)))
    with person.page.expect_request("**/user/checks") as sent:
        person.send()
    assert len(sent.value.post_data_buffer or b"") < 3_000_000
    person.sees_answer()
    picture = person.page.get_by_alt_text("Your photo of the spot").first
    assert picture.evaluate("image => image.naturalWidth") == 2048


def test_a_heic_that_the_browser_cannot_read(person: WebClient) -> None:
    """It is sent as it is, and the service reads it."""
    file = io.BytesIO()
    pillow_heif.from_pillow(skin_photo((480, 360), seed=1)).save(file)
    photo = {"name": "IMG_1.HEIC", "mimeType": "image/heic", "buffer": file.getvalue()}
    person.open("new")
    person.page.get_by_label("Choose photos").set_input_files(photo)  # type: ignore[arg-type]
    person.send()
    person.sees_answer()


def test_a_photo_is_pasted_or_dropped(person: WebClient) -> None:
    photo = base64.b64encode(lesion()).decode()
    person.page.evaluate(PASTE, photo)
    expect(person.page.get_by_alt_text("Photo 1")).to_be_visible()
    person.page.get_by_role("button", name="Remove photo 1").click()
    person.page.locator(".drop").dispatch_event(
        "drop", {"dataTransfer": person.page.evaluate_handle(TRANSFER, photo)}
    )
    expect(person.page.get_by_alt_text("Photo 1")).to_be_visible()


def test_another_person_sees_nothing_of_the_first(person: WebClient) -> None:
    page = person.page
    person.check()
    person.choose(lesion(11))
    expect(page.get_by_alt_text("Photo 1")).to_be_visible()
    person.open("account")
    page.get_by_role("button", name="Log out", exact=True).click()
    person.sees("Log in")
    person.email = f"second-{person.email}"
    person.register()
    expect(page.get_by_role("link", name="Take a photo")).to_be_visible()
    expect(page.get_by_alt_text("Photo 1")).to_have_count(0)
    person.open("checks")
    person.sees_text("No checks yet")
    assert page.evaluate(KEPT) == [[], [], []]


def test_a_cancelled_upload_leaves_nothing(person: WebClient) -> None:
    person.page.route("**/user/checks", lambda route: None)
    person.choose(lesion(10))
    person.send()
    person.page.get_by_role("button", name="Cancel").click()
    expect(person.page.get_by_text("Sending")).to_have_count(0)


def test_another_session_can_be_ended(browser: Browser, service: Service) -> None:
    with visit(browser, service, "phone") as here, visit(browser, service, "desktop") as there:
        here.register()
        there.email = here.email
        there.open("login")
        there.log_in()
        here.open("account")
        here.page.get_by_role("button", name="End", exact=True).click()
        expect(here.page.locator(".sessions li")).to_have_count(1)
        there.page.reload()
        there.sees_text("Your session has ended")


def test_a_new_password(person: WebClient) -> None:
    page = person.page
    person.open("account")
    page.get_by_text("Change the password").click()
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_label("New password").fill("five other random words")
    page.get_by_role("button", name="Change password").click()
    person.sees_text("The password is changed")
    page.reload()
    person.sees("Robin")


def test_wrong_credentials_are_said(anybody: WebClient) -> None:
    anybody.open("login")
    page = anybody.page
    page.get_by_label("E-mail address").fill("nobody@example.com")
    page.get_by_label("Password", exact=True).fill("a wrong password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("password is wrong")


def test_the_language_of_the_browser_and_by_hand(browser: Browser, service: Service) -> None:
    with visit(browser, service, "phone") as client:
        client.open("login")
        client.page.get_by_label("Language").select_option("de")
        client.sees("Anmelden")
        client.page.reload()
        client.sees("Anmelden")
        assert client.page.locator("html").get_attribute("lang") == "de"
        client.page.get_by_label("Sprache").select_option("es")
        client.sees("Iniciar sesión")


def test_the_keyboard_alone(person: WebClient) -> None:
    person.check()
    person.open("checks")
    person.sees("Your checks")
    expect(person.page.locator(".check-card")).to_be_visible()
    for _ in range(20):
        person.page.keyboard.press("Tab")
        if person.page.locator(".check-card:focus").count():
            break
    person.page.keyboard.press("Enter")
    person.sees_answer()
    expect(person.page.locator("#answer-title")).to_be_focused()
