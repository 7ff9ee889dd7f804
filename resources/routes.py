"""All routes of the service."""

from collections.abc import Sequence

from flask import Flask
from werkzeug.routing import BaseConverter

from constants import API_PREFIX, Status
from resources import (
    admin,
    batch,
    check,
    docs,
    first_version,
    health,
    model,
    problems,
    session,
    token,
    user,
    web,
)
from resources.access_log import register_access_log
from resources.base import BaseResource, ProblemApi, add_security_headers
from resources.compression import register_compression
from resources.conditional import register_conditional
from resources.cors import register_cors
from resources.deprecation import register_deprecation
from resources.parsing import register_parsing
from resources.quotas import register_quotas
from resources.transport import register_transport

API_ROUTES: tuple[tuple[str, str, type[BaseResource]], ...] = (
    ("/register", "register", user.RegistrationResource),
    ("/login", "login", token.LoginResource),
    ("/token/refresh", "refresh", token.RefreshResource),
    ("/logout", "logout", token.LogoutResource),
    ("/logout/all", "logout_all", token.LogoutAllResource),
    ("/user", "profile", user.ProfileResource),
    ("/user/change-password", "change_password", user.PasswordChangeResource),
    ("/user/delete", "delete_user", first_version.AccountDeletionResource),
    ("/user/sessions", "sessions", session.SessionListResource),
    ("/user/sessions/<uuid:session_id>", "session", session.SessionResource),
    ("/user/checks", "checks", check.CheckListResource),
    ("/user/checks/batch", "batch", batch.BatchResource),
    ("/user/checks/<uuid:check_id>", "check", check.CheckResource),
    ("/user/checks/<uuid:check_id>/delete", "delete_check", first_version.CheckDeletionResource),
    ("/user/checks/<uuid:check_id>/photo", "check_photo", check.CheckPhotoResource),
    ("/user/checks/<uuid:check_id>/heatmap", "check_heatmap", check.CheckHeatmapResource),
    ("/model", "model", model.ModelResource),
    ("/admin/checks", "admin_checks", admin.AllChecksResource),
    ("/admin/checks/<uuid:check_id>/<status:status>", "review", admin.ReviewResource),
    ("/admin/users", "admin_users", admin.UserListResource),
    ("/admin/users/<uuid:user_id>", "admin_user", admin.UserResource),
    ("/admin/users/<uuid:user_id>/delete", "admin_delete_user", first_version.UserDeletionResource),
)
ROOT_ROUTES: tuple[tuple[str, str, type[BaseResource]], ...] = (
    ("/health/live", "live", health.LivenessResource),
    ("/health/ready", "ready", health.ReadinessResource),
    ("/problems/<slug>", "problem", problems.ProblemResource),
    ("/openapi.json", "openapi", docs.DocumentResource),
    ("/docs", "docs", docs.DocumentationResource),
    ("/docs/<name>", "docs_file", docs.DocumentationFileResource),
    ("/", "web_page", web.WebPageResource),
    ("/sw.js", "web_worker", web.WebWorkerResource),
    ("/web/<path:path>", "web_file", web.WebFileResource),
)


class StatusConverter(BaseConverter):
    """Converts a part of a path to a Status."""

    regex = "|".join(status.value for status in Status)

    def to_python(self, value: str) -> Status:
        return Status(value)


def register_routes(app: Flask, cors_origins: Sequence[str] = ()) -> None:
    """Add all routes and what happens before and after a view to the app.

    `cors_origins` are the origins whose pages may call the service.
    """
    app.url_map.converters["status"] = StatusConverter
    app.url_map.strict_slashes = False
    # A redirect would repeat the host name that the client sent.
    app.url_map.merge_slashes = False
    api = ProblemApi(app)
    for path, name, resource in API_ROUTES:
        api.add_resource(resource, f"{API_PREFIX}{path}", endpoint=name)
    for path, name, resource in ROOT_ROUTES:
        api.add_resource(resource, path, endpoint=name)
    register_access_log(app)
    problems.register_problems(app)
    register_parsing(app)
    add_security_headers(app)
    # What is registered last runs first.
    register_quotas(app)
    register_transport(app)
    register_deprecation(app)
    register_cors(app, cors_origins)
    register_compression(app)
    register_conditional(app)
