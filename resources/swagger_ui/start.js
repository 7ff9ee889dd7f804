// Starts Swagger UI. The validator is off: it would send the address of the document to another host.
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#documentation",
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: false,
  tryItOutEnabled: true,
  validatorUrl: null,
  plugins: [EmptyForms],
});

// Swagger UI fills the fields of a form with made-up values: an age and a place on the body that
// would change the assessment, and a digest that the photo does not have. Leave them empty.
function EmptyForms() {
  return {
    afterLoad({ fn }) {
      const sample = fn.getSampleSchema;
      // It asks for the value of a field of a form without a media type.
      fn.getSampleSchema = (schema, mediaType, ...rest) =>
        mediaType === false ? undefined : sample(schema, mediaType, ...rest);
    },
  };
}
