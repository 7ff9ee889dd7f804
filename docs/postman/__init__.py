"""The Postman collection and its environment, made from the document of the API and a story."""
