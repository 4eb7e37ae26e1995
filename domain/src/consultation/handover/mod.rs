//! Handovers (эскалации): somebody else takes a consultation over.
//!
//! ```text
//!  Requested ──▶ Offered ──▶ Accepted ──▶ resolved (done or dropped) | returned
//!      ▲            │
//!      └── declined ┘     Requested and Offered can expire.
//! ```

mod command;
mod decide;
mod event;
mod state;

pub use command::{
    AcceptHandover, DeclineHandover, ExpireHandover, OfferHandover, RequestHandover, ResolveHandover,
    ReturnHandover,
};
pub(super) use decide::{accept, decline, dropped, expire, finished, give_back, offer, request, resolve};
pub use event::{
    HandoverAccepted, HandoverDeclined, HandoverExpired, HandoverOffered, HandoverRequested,
    HandoverResolved, HandoverReturned,
};
pub(super) use state::Handovers;
