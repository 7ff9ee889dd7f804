"""The story of the collection: which requests, and in which order."""

from docs.postman.accounts import ACCOUNT, ADMINISTRATION, LOGINS
from docs.postman.checks import CHECKS, ERRORS
from docs.postman.step import THE_CHECK, Folder, Step

WELCOME = Folder(
    "1 The service",
    "Does it run, and what does its model claim? Nobody needs to be logged in for this.",
    (
        Step(
            operation="getLiveness",
            title="Is the service alive?",
            auth="",
            tests={"is well": 'pm.expect(body.status).to.eql("ok")'},
        ),
        Step(
            operation="getReadiness",
            title="Can it assess photos?",
            auth="",
        ),
        Step(
            operation="getModel",
            title="Which model is it, and how good?",
            auth="",
            tests={"says what it is not": "pm.expect(body.notice).to.include('not a medical')"},
        ),
    ),
)
GOODBYE = Folder(
    "7 Goodbye",
    "What is deleted is gone, with its photos.",
    (
        Step(
            operation="deleteCheck",
            title="Do not delete what has changed since",
            path=THE_CHECK,
            headers={"If-Match": '"another"'},
            problem="precondition-failed",
        ),
        Step(operation="deleteCheck", title="Delete the check", path=THE_CHECK),
        Step(
            operation="getCheck",
            title="It is not there any more",
            path=THE_CHECK,
            problem="not-found",
        ),
        Step(operation="deleteAccount", title="Delete the account"),
        Step(
            operation="getProfile",
            title="The token is refused",
            problem="not-authenticated",
        ),
    ),
)
STORY = (WELCOME, ACCOUNT, CHECKS, LOGINS, ERRORS, ADMINISTRATION, GOODBYE)
