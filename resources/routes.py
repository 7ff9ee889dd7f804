"""Every route of the service."""

from flask import Flask
from werkzeug.routing import BaseConverter

from constants import API_PREFIX, Status
from resources import admin, check, health, model, token, user
from resources.base import BaseResource, ProblemApi, harden
from resources.parsing import register_parsing
from resources.problems import register_problems

API_ROUTES: tuple[tuple[str, str, type[BaseResource]], ...] = (
    ("/register", "register", user.Register),
    ("/login", "login", token.Login),
    ("/token/refresh", "refresh", token.Refresh),
    ("/logout", "logout", token.Logout),
    ("/logout/all", "logout_all", token.LogoutAll),
    ("/user", "profile", user.Profile),
    ("/user/change-password", "change_password", user.PasswordChange),
    ("/user/delete", "delete_user", user.Erasure),
    ("/user/checks", "checks", check.Checks),
    ("/user/checks/<uuid:check_id>", "check", check.Check),
    ("/user/checks/<uuid:check_id>/delete", "delete_check", check.CheckDeletion),
    ("/user/checks/<uuid:check_id>/photo", "check_photo", check.CheckPhoto),
    ("/user/checks/<uuid:check_id>/heatmap", "check_heatmap", check.CheckHeatmap),
    ("/model", "model", model.Model),
    ("/admin/checks/<uuid:check_id>/<status:status>", "review", admin.AdminCheckStatus),
    ("/admin/users", "admin_users", admin.AdminUsers),
    ("/admin/users/<uuid:user_id>", "admin_user", admin.AdminUser),
    ("/admin/users/<uuid:user_id>/delete", "admin_delete_user", admin.AdminUserDeletion),
)
ROOT_ROUTES: tuple[tuple[str, str, type[BaseResource]], ...] = (
    ("/health/live", "live", health.Live),
    ("/health/ready", "ready", health.Ready),
)


class StatusConverter(BaseConverter):
    regex = "|".join(status.value for status in Status)

    def to_python(self, value: str) -> Status:
        return Status(value)


def register_routes(app: Flask) -> None:
    app.url_map.converters["status"] = StatusConverter
    app.url_map.strict_slashes = False
    api = ProblemApi(app)
    for path, name, resource in API_ROUTES:
        api.add_resource(resource, f"{API_PREFIX}{path}", endpoint=name)
    for path, name, resource in ROOT_ROUTES:
        api.add_resource(resource, path, endpoint=name)
    register_problems(app)
    register_parsing(app)
    harden(app)
