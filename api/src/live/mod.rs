//! What is pushed: how one change reaches many subscribers at the price of one.
//!
//! - A [`Source`] is what one subscriber follows: the log ([`log`]), or a [`topic`], a state that one task keeps for
//!   all who watch it. It is pulled: what the client has not taken is not asked for, so a slow client holds one
//!   place and no memory.
//! - A [`shape`] is what is selected from each thing that comes. Whoever selects the same with the same
//!   [`audience`] shares one [`answer`]: resolved once, serialised once, the same bytes to every connection.
//! - [`ephemeral`] is what is told and never stored: who is there, who types.
//! - [`subscribe`] is what a field of the subscription root is made of, and [`deliver`] what a transport reads.

mod answer;
mod audience;
mod deliver;
pub(crate) mod ephemeral;
mod feed;
mod item;
mod log;
mod memo;
mod shape;
mod source;
mod topic;

pub(crate) use self::{
    audience::Audience,
    deliver::{Delivery, Hub, deliver},
    feed::subscribe,
    item::Item,
    log::{LogSource, from_now},
    source::Source,
    topic::{Publisher, TopicKey, TopicSource, Topics},
};
