// Types for the operations of a TypeScript front end, checked by `tsc --strict` afterwards.
export default {
  schema: "schema.graphql",
  documents: "operations/*.graphql",
  generates: {
    "generated/": {
      preset: "client",
      presetConfig: { persistedDocuments: true },
      config: {
        strictScalars: true,
        scalars: {
          DateTime: "string",
          JSON: "unknown",
          Milliseconds: "number",
          NaiveDate: "string",
          Position: "number",
          UUID: "string",
          Whole: "number",
        },
      },
    },
  },
};
