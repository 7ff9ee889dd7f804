"""The parts of the story about accounts and logins."""

from docs.postman.step import PERSON, THE_CHECK, TOKENS, Folder, Step, variable

ACCOUNT = Folder(
    "2 An account",
    "Registering draws a new address in each run, so the collection can run again and again.",
    (
        Step(
            operation="register",
            title="Register",
            auth="",
            body={**PERSON, "first_name": "Ada", "last_name": "Example"},
            before=(
                'const id = pm.variables.replaceIn("{{$guid}}");',
                'pm.collectionVariables.set("email", `reader-${id}@example.com`);',
                'pm.collectionVariables.set("password", `first ${id}`);',
                'pm.collectionVariables.set("new_password", `second ${id}`);',
            ),
            saves={**TOKENS, "user_id": "body.user.id"},
        ),
        Step(
            operation="login",
            title="Log in",
            auth="",
            body=PERSON,
            tests={"is a user": 'pm.expect(body.user.role).to.eql("user")'},
            saves=TOKENS,
        ),
        Step(
            operation="getProfile",
            title="Read the profile",
            tests={"is this user": f"pm.expect(body.email).to.eql({variable('email')})"},
        ),
    ),
)
LOGINS = Folder(
    "4 Logins",
    "An access token lives for minutes; a refresh token is used once.",
    (
        Step(
            operation="refreshTokens",
            title="Refresh the tokens",
            auth="",
            body={"refresh_token": "{{refresh_token}}"},
            tests={
                "has a new refresh token": "pm.expect(body.refresh_token)"
                f".not.to.eql({variable('refresh_token')})"
            },
            saves=TOKENS,
        ),
        Step(
            operation="login",
            title="Log in on another device",
            auth="",
            body=PERSON,
            saves={"other_token": "body.token"},
        ),
        Step(
            operation="listSessions",
            title="List the logins",
            tests={"has this one": "pm.expect(body.sessions.some((it) => it.current)).to.be.true"},
            saves={"session_id": "body.sessions.find((it) => !it.current).id"},
        ),
        Step(
            operation="endSession",
            title="End another login",
            path={"session_id": "{{session_id}}"},
        ),
        Step(
            operation="changePassword",
            title="Change the password",
            body={"old_password": "{{password}}", "new_password": "{{new_password}}"},
            saves={**TOKENS, "password": variable("new_password")},
        ),
        Step(
            operation="login",
            title="Log in with the new password",
            auth="",
            body=PERSON,
            saves={"other_token": "body.token"},
        ),
        Step(operation="logout", title="Log that login out", auth="other_token"),
        Step(
            operation="getProfile",
            title="Its token is refused now",
            auth="other_token",
            problem="not-authenticated",
        ),
        Step(operation="logoutAll", title="Log out everywhere"),
        Step(operation="login", title="Log in again", auth="", body=PERSON, saves=TOKENS),
    ),
)
ADMINISTRATION = Folder(
    "6 Administration",
    "Set `admin_email` and `admin_password` in the environment; without them, these requests are "
    "skipped. `flask users create-admin` makes an administrator.",
    (
        Step(
            operation="login",
            title="Log in as an administrator",
            auth="",
            body={"email": "{{admin_email}}", "password": "{{admin_password}}"},
            tests={"is an administrator": 'pm.expect(body.user.role).to.eql("admin")'},
            saves={"admin_token": "body.token"},
        ),
        Step(
            operation="listUsers",
            title="List the accounts",
            auth="admin_token",
            query={"limit": "1"},
        ),
        Step(
            operation="getUser",
            title="Read an account",
            auth="admin_token",
            path={"user_id": "{{user_id}}"},
            tests={"is the reader": f"pm.expect(body.email).to.eql({variable('email')})"},
        ),
        Step(
            operation="listAllChecks",
            title="List the checks that nobody has reviewed",
            auth="admin_token",
            query={"reviewed": "false", "limit": "1"},
            tests={"has no review": "pm.expect(body.checks[0].review).to.be.null"},
        ),
        Step(
            operation="getCheckPhoto",
            title="See what is to be labelled",
            auth="admin_token",
            path=THE_CHECK,
            media="image/jpeg",
        ),
        Step(
            operation="reviewCheck",
            title="Change the status of a check",
            auth="admin_token",
            path={"check_id": "{{check_id}}", "status": "unclear"},
        ),
        Step(
            operation="getCheck",
            title="Its owner sees the review",
            path=THE_CHECK,
            tests={"has a review": "pm.expect(body.review).to.not.be.null"},
        ),
        Step(
            operation="register",
            title="Register another account",
            auth="",
            body={"email": "other-{{email}}", "password": "{{password}}"},
            saves={"other_user_id": "body.user.id"},
        ),
        Step(
            operation="changeUser",
            title="Make it a doctor's",
            auth="admin_token",
            path={"user_id": "{{other_user_id}}"},
            body={"role": "doctor"},
            tests={"is a doctor": 'pm.expect(body.role).to.eql("doctor")'},
        ),
        Step(
            operation="deleteUser",
            title="Delete it",
            auth="admin_token",
            path={"user_id": "{{other_user_id}}"},
        ),
    ),
    needs="admin_email",
)
