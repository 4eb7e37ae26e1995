//! A call centre's log, asked through the API. The numbers are those of its publisher.
