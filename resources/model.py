"""The active model."""

from flask import Response

from resources.base import BaseResource, public, respond
from schemas.response.model import ModelResponse


class ModelResource(BaseResource):
    @public
    def get(self) -> Response:
        return respond(ModelResponse().dump(self.managers.model.card()))
