// What Relay asks of a schema: connections that are paged on, and nodes in them.
import { graphql } from "relay-runtime";

export const row = graphql`
  fragment Queue_row on Consultation {
    id
    topic
    status
  }
`;

export const paged = graphql`
  fragment Queue_page on Query
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" })
  @refetchable(queryName: "QueuePageQuery") {
    consultations(first: $first, after: $after) @connection(key: "Queue_consultations") {
      edges {
        node {
          ...Queue_row
        }
      }
    }
  }
`;

export const conversation = graphql`
  fragment Queue_conversation on Consultation
  @argumentDefinitions(last: { type: "Int", defaultValue: 20 }, before: { type: "String" })
  @refetchable(queryName: "QueueConversationQuery") {
    messages(last: $last, before: $before) @connection(key: "Queue_messages") {
      edges {
        node {
          id
          text
        }
      }
    }
  }
`;
