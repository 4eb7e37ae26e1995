// graphql-eslint's recommended rules and those of Relay, over the whole schema.
import graphql from "@graphql-eslint/eslint-plugin";

export default [
  {
    files: ["schema.graphql"],
    plugins: { "@graphql-eslint": graphql },
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: "schema.graphql" } },
    },
    rules: {
      ...graphql.configs["flat/schema-recommended"].rules,
      ...graphql.configs["flat/schema-relay"].rules,
      // Pages and the root of subscriptions are described by the field that answers them: the library gives these types
      // no description.
      "@graphql-eslint/require-description": [
        "error",
        {
          types: true,
          DirectiveDefinition: true,
          rootField: true,
          ignoredSelectors: ["[type=ObjectTypeDefinition][name.value=/(Connection|^Subscription)$/]"],
        },
      ],
      // Most types are values without an identity. What has one is a `Node`, which has an id by its interface.
      "@graphql-eslint/strict-id-in-types": "off",
      // Lists of values are fine; lists of nodes are connections.
      "@graphql-eslint/relay-edge-types": [
        "error",
        { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
      ],
      // The log and searches are read in one direction.
      "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],
      // Names are permanent: a redate has a `redatedAt`.
      "@graphql-eslint/no-typename-prefix": "off",
      // The library prints the directive of the specification.
      "@graphql-eslint/no-unreachable-types": "off",
    },
  },
];
