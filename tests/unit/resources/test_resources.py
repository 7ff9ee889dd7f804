"""What all resources have in common."""

import models
from resources.routes import API_ROUTES, ROOT_ROUTES

RESOURCES = [resource for _, _, resource in (*API_ROUTES, *ROOT_ROUTES)]


def test_names_say_that_they_are_resources_and_are_unique() -> None:
    names = [resource.__name__ for resource in RESOURCES]
    assert all(name.endswith("Resource") for name in names)
    assert len(set(names)) == len(names)
    assert not set(names) & set(models.__all__)
