"""The parts of the story about photos, and about what can go wrong."""

from docs.postman.step import PERSON, SAME_ID, THE_CHECK, Folder, Step, variable

NOWHERE = "00000000-0000-4000-8000-000000000000"
NO_PHOTO = "bm90IGEgcGhvdG8="
UPLOAD = {"photo": "{{photo}}", "age": 47, "body_site": "back"}
KEY = {"Idempotency-Key": "{{key}}"}
DRAW_KEY = 'pm.collectionVariables.set("key", pm.variables.replaceIn("{{$guid}}"));'
SECOND = "body.results[1].problem.type"
FIRST = "pm.expect(body.checks[0].id)"
SUM = "body.diagnoses.reduce((sum, it) => sum + it.probability, 0)"

CHECKS = Folder(
    "3 Checks",
    "The photo is drawn and shows nobody. It is a variable in base64, and the file "
    "`docs/sample-photo.jpg`: choose it in the form, or make its folder the working directory.",
    (
        Step(
            operation="createCheck",
            title="Upload a photo as JSON",
            headers=KEY,
            body=UPLOAD,
            before=(DRAW_KEY,),
            tests={
                "has all diagnoses": "pm.expect(body.diagnoses).to.have.lengthOf(8)",
                "probabilities add up": f"pm.expect({SUM}).to.be.closeTo(1, 0.01)",
                "used the context": 'pm.expect(body.context_used).to.include("age")',
            },
            saves={"check_id": "body.id"},
        ),
        Step(
            operation="createCheck",
            title="Repeat the upload with its key",
            headers=KEY,
            body=UPLOAD,
            tests=SAME_ID,
        ),
        Step(
            operation="createCheck",
            title="Upload a photo as a form",
            form={"photo": "@sample-photo.jpg", "sex": "female", "body_site": "back"},
            saves={"second_check_id": "body.id"},
        ),
        Step(
            operation="createChecks",
            title="Upload two photos at once, of which one is none",
            body={"photos": [UPLOAD, {"photo": NO_PHOTO}]},
            tests={
                "has a check of the first": "pm.expect(body.results[0].status).to.eql(201)",
                "has a problem of the second": f"pm.expect({SECOND}).to.match(/photo-unreadable$/)",
            },
            saves={"third_check_id": "body.results[0].check.id"},
        ),
        Step(
            operation="getCheck",
            title="Read the check",
            path=THE_CHECK,
            tests=SAME_ID,
            saves={"etag": 'pm.response.headers.get("ETag")'},
        ),
        Step(
            operation="getCheck",
            title="Read it again: nothing has changed",
            path=THE_CHECK,
            headers={"If-None-Match": "{{etag}}"},
            status=304,
        ),
        Step(
            operation="listChecks",
            title="List the checks, a page of one",
            query={"limit": "1"},
            tests={"has the newest first": f"{FIRST}.to.eql({variable('third_check_id')})"},
            saves={"cursor": "body.next_cursor"},
        ),
        Step(
            operation="listChecks",
            title="Read the next page",
            query={"limit": "1", "cursor": "{{cursor}}"},
            tests={
                "has the older check": f"{FIRST}.to.eql({variable('second_check_id')})",
                "is not the last page": "pm.expect(body.next_cursor).to.be.a('string')",
            },
        ),
        Step(
            operation="getCheckPhoto",
            title="Read the photo",
            path=THE_CHECK,
            media="image/jpeg",
            tests={"has a picture": "pm.expect(pm.response.responseSize).to.be.above(1000)"},
        ),
        Step(
            operation="getCheckHeatmap",
            title="See where the model looked",
            path=THE_CHECK,
            media="image/png",
            tests={"has a picture": "pm.expect(pm.response.responseSize).to.be.above(1000)"},
        ),
        Step(
            operation="getCheckHeatmap",
            title="The same as numbers",
            path=THE_CHECK,
            query={"format": "json"},
            media="application/json",
        ),
    ),
)
ERRORS = Folder(
    "5 Errors",
    "Every error is a problem (RFC 9457), whose `type` is the address of a page about it.",
    (
        Step(
            operation="login",
            title="A wrong password",
            auth="",
            body={"email": "{{email}}", "password": "not the password"},
            problem="wrong-credentials",
        ),
        Step(operation="getProfile", title="No token", auth="", problem="not-authenticated"),
        Step(
            operation="getCheck",
            title="A check that does not exist",
            path={"check_id": NOWHERE},
            problem="not-found",
        ),
        Step(
            operation="register",
            title="An address that is taken",
            auth="",
            body=PERSON,
            problem="email-taken",
        ),
        Step(
            operation="register",
            title="An invalid field",
            auth="",
            body={"email": "nowhere", "password": "{{password}}"},
            problem="validation",
            tests={"names the field": 'pm.expect(body.errors).to.have.property("email")'},
        ),
        Step(
            operation="createCheck",
            title="A file that is not a photo",
            body={"photo": NO_PHOTO},
            problem="photo-unreadable",
        ),
        Step(
            operation="getProblem",
            title="What a problem means",
            auth="",
            path={"slug": "photo-unreadable"},
            media="text/html",
        ),
    ),
)
