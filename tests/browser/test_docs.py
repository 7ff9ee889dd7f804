"""The page with the document of the API, as a developer uses it."""

import secrets

from playwright.sync_api import Browser, expect

from cnn_model.data.synthetic import jpeg, skin_photo
from tests.service import Service
from tests.web_client import PASSWORD


def test_a_photo_can_be_uploaded_by_form(browser: Browser, service: Service) -> None:
    """The fields beside the photo are empty: a made-up age would change the assessment."""
    person = {"email": f"{secrets.token_hex(8)}@example.com", "password": PASSWORD}
    token = service.post("/register", json=person).json()["token"]
    context = browser.new_context()
    page, elsewhere, messages = context.new_page(), [], []
    page.on("request", lambda asked: elsewhere.append(asked.url))
    page.on("console", lambda message: messages.append(message.text))
    page.goto(f"{service.root}/docs")
    page.locator(".btn.authorize").first.click()
    page.get_by_label("auth-bearer-value").fill(token)
    page.locator(".auth-btn-wrapper .authorize").click()
    page.locator(".btn-done").click()
    page.locator("#operations-Checks-createCheck .opblock-summary-control").click()
    operation = page.locator("#operations-Checks-createCheck")
    operation.locator(".content-type").first.select_option("multipart/form-data")
    for text in operation.locator("table input[type=text]").all():
        expect(text).to_have_value("")
    photo = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": jpeg(skin_photo())}
    operation.locator("input[type=file]").set_input_files(photo)  # type: ignore[arg-type]
    operation.locator(".execute").click()
    answer = operation.locator(".live-responses-table tbody .response-col_status").first
    expect(answer).to_contain_text("201", timeout=20_000)
    shown = operation.locator(".live-responses-table").inner_text()
    assert '"age": null' in shown
    assert '"body_site": null' in shown
    assert messages == []
    assert all(url.startswith((service.root, "data:", "blob:")) for url in elsewhere)
    context.close()
