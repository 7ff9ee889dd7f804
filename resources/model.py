"""The active model."""

from flask import Response

from managers import errors
from resources.base import BaseResource, public, respond
from resources.operation import Operation, describes
from schemas.response.model import ModelResponse


class ModelResource(BaseResource):
    @describes(
        Operation(
            id="getModel",
            response=ModelResponse,
            errors=(errors.ServiceUnavailableError, errors.DatabaseUnavailableError),
        )
    )
    @public
    def get(self) -> Response:
        """Describe the active model: its use, its data, its figures and its limits."""
        return respond(ModelResponse().dump(self.managers.model.card()))
