//! What may be asked of a handover.

use chrono::{DateTime, Utc};

use crate::{
    consultation::Party,
    id::{HandoverId, ManagerId},
};

/// Asks that another one takes over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestHandover {
    /// Which handover; a repeat changes nothing.
    pub handover_id: HandoverId,
    /// Who asks.
    pub requested_by: Party,
    /// Why.
    pub reason: Option<String>,
    /// The team asked.
    pub to_team: Option<String>,
    /// The manager asked.
    pub to_manager: Option<ManagerId>,
}

/// Asks a manager to take over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferHandover {
    /// Which handover.
    pub handover_id: HandoverId,
    /// Who is asked.
    pub manager_id: ManagerId,
    /// When the offer ends.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Takes over: the manager becomes the assignee and work starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptHandover {
    /// Which handover.
    pub handover_id: HandoverId,
    /// Who takes over.
    pub manager_id: ManagerId,
}

/// Says no to an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclineHandover {
    /// Which handover.
    pub handover_id: HandoverId,
    /// Who says no.
    pub manager_id: ManagerId,
    /// Why.
    pub reason: Option<String>,
}

/// Ends a handover that nobody took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpireHandover {
    /// Which handover.
    pub handover_id: HandoverId,
}

/// Marks an accepted handover done; the consultation goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolveHandover {
    /// Which handover.
    pub handover_id: HandoverId,
}

/// Gives an accepted handover back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnHandover {
    /// Which handover.
    pub handover_id: HandoverId,
    /// Why.
    pub reason: Option<String>,
}
