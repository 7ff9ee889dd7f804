"""The user's own checks."""

from uuid import UUID

import PIL
from flask import Response, request, url_for

from config import VERSION
from constants import MAX_UPLOAD_BYTES
from managers import errors
from models import Check
from resources.base import (
    OWN_DATA,
    BaseResource,
    current_user,
    no_content,
    respond,
    respond_with,
)
from resources.conditional import etag_of, if_match, respond_if_new, tagged
from resources.content_digest import require_sha256
from resources.idempotency import request_key
from resources.operation import Operation, describes
from resources.paging import link_to_next
from resources.parsing import parse
from schemas.request.check import (
    CheckListQuery,
    HeatmapQuery,
    UploadForm,
    UploadRequest,
)
from schemas.request.idempotency import IdempotencyHeader
from schemas.response.check import CheckListResponse, CheckResponse, HeatmapResponse

CHECK_LINKS = {
    name: {"check_id": "$response.body#/id"}
    for name in ("getCheck", "getCheckPhoto", "getCheckHeatmap", "deleteCheck")
}


class CheckListResource(BaseResource):
    max_body = MAX_UPLOAD_BYTES
    cached = OWN_DATA

    @describes(
        Operation(
            id="listChecks",
            response=CheckListResponse,
            query=CheckListQuery,
            links={"listChecks": {"cursor": "$response.body#/next_cursor"}},
        )
    )
    def get(self) -> Response:
        """List the user's own checks, newest first."""
        page = self.managers.checks.list(current_user(), parse(CheckListQuery(), "query"))
        body = CheckListResponse().dump(page)
        return respond(body, headers=link_to_next(body))

    @describes(
        Operation(
            id="createCheck",
            status=201,
            response=CheckResponse,
            location=True,
            etag=True,
            body=UploadRequest,
            form=UploadForm,
            headers=IdempotencyHeader,
            errors=(
                errors.PhotoUnreadableError,
                errors.PhotoAnimatedError,
                errors.PhotoTooSmallError,
                errors.PhotoTooLargeError,
                errors.PhotoNotAssessableError,
                errors.IdempotencyKeyReusedError,
                errors.TooManyRequestsError,
                errors.BusyError,
                errors.ServiceUnavailableError,
            ),
            links=CHECK_LINKS,
        )
    )
    def post(self) -> Response:
        """Assess a photo of a skin lesion.

        The photo is sent in base64 in JSON, or as a file in a form. Send an Idempotency-Key to
        repeat an upload safely.
        """
        self.managers.rate_limits.require_upload(current_user().id, request.content_length or 0)
        key = request_key()
        upload = parse(UploadRequest(), "upload")
        require_sha256(upload.photo_sha256, upload.photo)
        check = self.managers.checks.create(current_user(), upload, key.text if key else None)
        location = {"Location": url_for("check", check_id=check.id)}
        return tagged(respond(CheckResponse().dump(check), 201, location))


class CheckResource(BaseResource):
    cached = OWN_DATA

    @describes(Operation(id="getCheck", response=CheckResponse))
    def get(self, check_id: UUID) -> Response:
        """Return a check.

        Administrators can read the checks of all users.
        """
        check = self.managers.checks.get(current_user(), check_id)
        # Own data only may be stored.
        headers = {} if check.user_id == current_user().id else {"Cache-Control": "no-store"}
        return respond(CheckResponse().dump(check), headers=headers)

    @describes(Operation(id="deleteCheck", status=204, errors=(errors.PreconditionFailedError,)))
    def delete(self, check_id: UUID) -> Response:
        """Delete one of the user's own checks with its photo."""
        self.managers.checks.delete(current_user(), check_id, if_match(CheckResponse()))
        return no_content()


class CheckPhotoResource(BaseResource):
    @describes(
        Operation(id="getCheckPhoto", media=("image/jpeg",), errors=(errors.PhotoUnavailableError,))
    )
    def get(self, check_id: UUID) -> Response:
        """Return the photo of a check, upright and without metadata.

        Doctors and administrators can see the photos of all users.
        """
        check = self.managers.checks.get_pictured(current_user(), check_id)
        # The digest is stored, so that a photo that the client has is not read.
        etag = etag_of(check.photo_sha256) if check.photo_sha256 else None
        return respond_if_new(
            etag, lambda: respond_with(self.managers.checks.photo(check), "image/jpeg")
        )


class CheckHeatmapResource(BaseResource):
    @describes(
        Operation(
            id="getCheckHeatmap",
            response=HeatmapResponse,
            media=("image/png",),
            query=HeatmapQuery,
            errors=(errors.PhotoUnavailableError,),
        )
    )
    def get(self, check_id: UUID) -> Response:
        """Return the class activation map of a check: where the model looked.

        A PNG over the assessed part of the photo, or numbers with `format=json`. The map explains
        the model and is no evidence of disease. Doctors and administrators can see those of all.
        """
        wanted = parse(HeatmapQuery(), "query")
        check = self.managers.checks.get_pictured(current_user(), check_id)
        if wanted.format == "json":
            return respond(HeatmapResponse().dump(check))
        return respond_if_new(
            _heatmap_tag(check),
            lambda: respond_with(self.managers.checks.heatmap(check), "image/png"),
        )


def _heatmap_tag(check: Check) -> str | None:
    """Return the tag of what the picture of a map is drawn from, and with."""
    if check.photo_sha256 is None:
        return None
    sources = (check.activation_map, check.region, VERSION, PIL.__version__)
    return etag_of(check.photo_sha256, repr(sources).encode())
