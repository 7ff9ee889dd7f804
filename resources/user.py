"""The user's own account."""

from flask import Response, url_for

from managers import errors
from managers.rate_limit import Limit
from resources.base import (
    BaseResource,
    client_device,
    client_network,
    current_user,
    no_content,
    public,
    respond,
)
from resources.operation import Operation, describes
from resources.parsing import parse
from resources.session_cookie import forget_cookie, respond_with_tokens
from schemas.request.user import PasswordChangeRequest, RegistrationRequest
from schemas.response.user import TokensResponse, UserResponse


class RegistrationResource(BaseResource):
    @describes(
        Operation(
            id="register",
            status=201,
            response=TokensResponse,
            location=True,
            body=RegistrationRequest,
            errors=(
                errors.ForbiddenError,
                errors.EmailTakenError,
                errors.WeakPasswordError,
                errors.TooManyRequestsError,
                errors.BusyError,
            ),
        )
    )
    @public
    def post(self) -> Response:
        """Register an account and log in."""
        registration = parse(RegistrationRequest())
        self.managers.rate_limits.require(Limit.REGISTER, client_network())
        tokens = self.managers.users.register(registration, device=client_device())
        self.managers.rate_limits.remember(client_network(), registration.email)
        return respond_with_tokens(tokens, 201, {"Location": url_for("profile")})


class ProfileResource(BaseResource):
    @describes(Operation(id="getProfile", response=UserResponse))
    def get(self) -> Response:
        """Return the user's own account."""
        return respond(UserResponse().dump(current_user()))


class PasswordChangeResource(BaseResource):
    @describes(
        Operation(
            id="changePassword",
            response=TokensResponse,
            body=PasswordChangeRequest,
            errors=(
                errors.ForbiddenError,
                errors.WrongCredentialsError,
                errors.WeakPasswordError,
                errors.TooManyRequestsError,
                errors.BusyError,
            ),
        )
    )
    def post(self) -> Response:
        """Change the password. All logins end, and a new one begins."""
        self.managers.rate_limits.require(Limit.PASSWORD, client_network())
        change = parse(PasswordChangeRequest())
        with self.managers.rate_limits.guess(client_network(), current_user().email):
            tokens = self.managers.users.change_password(current_user(), change, client_device())
        return respond_with_tokens(tokens)


class AccountDeletionResource(BaseResource):
    @describes(Operation(id="deleteAccount", status=204, errors=(errors.TooManyRequestsError,)))
    def delete(self) -> Response:
        """Delete the user's own account with all checks and photos."""
        self.managers.rate_limits.require(Limit.PASSWORD, client_network())
        self.managers.users.erase(current_user().id)
        return forget_cookie(no_content())
