"""The user's own checks."""

from uuid import UUID

from flask import Response, request, url_for

from constants import MAX_UPLOAD_BYTES
from resources.base import (
    BaseResource,
    current_user,
    no_content,
    respond,
    respond_with,
)
from resources.content_digest import require_sha256
from resources.parsing import parse
from schemas.request.check import (
    CheckListQuery,
    HeatmapQuery,
    IdempotencyHeader,
    UploadRequest,
)
from schemas.response.check import CheckListResponse, CheckResponse, HeatmapResponse


class CheckListResource(BaseResource):
    max_body = MAX_UPLOAD_BYTES

    def get(self) -> Response:
        page = self.managers.checks.list(current_user(), parse(CheckListQuery(), "query"))
        return respond(CheckListResponse().dump(page))

    def post(self) -> Response:
        self.managers.rate_limits.require_upload(current_user().id, request.content_length or 0)
        idempotency = parse(IdempotencyHeader(), "headers")
        upload = parse(UploadRequest(), "upload")
        require_sha256(upload.photo_sha256, upload.photo)
        check = self.managers.checks.create(current_user(), upload, idempotency.key)
        location = {"Location": url_for("check", check_id=check.id)}
        return respond(CheckResponse().dump(check), 201, location)


class CheckResource(BaseResource):
    def get(self, check_id: UUID) -> Response:
        return respond(CheckResponse().dump(self.managers.checks.get(current_user(), check_id)))


class CheckDeletionResource(BaseResource):
    def delete(self, check_id: UUID) -> Response:
        self.managers.checks.delete(current_user(), check_id)
        return no_content()


class CheckPhotoResource(BaseResource):
    def get(self, check_id: UUID) -> Response:
        return respond_with(self.managers.checks.photo(current_user(), check_id), "image/jpeg")


class CheckHeatmapResource(BaseResource):
    def get(self, check_id: UUID) -> Response:
        if parse(HeatmapQuery(), "query").format == "json":
            check = self.managers.checks.get_visible(current_user(), check_id)
            return respond(HeatmapResponse().dump(check))
        return respond_with(self.managers.checks.heatmap(current_user(), check_id), "image/png")
