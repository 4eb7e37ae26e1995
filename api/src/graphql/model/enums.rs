//! The domain's enums as the API spells them: `SCREAMING_SNAKE_CASE`, each value described.

use async_graphql::Enum;

/// Where a consultation or a message came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_domain::consultation::Channel")]
pub enum Channel {
    /// The web site.
    Site,
    /// Telegram.
    Telegram,
    /// WhatsApp.
    Whatsapp,
    /// E-mail.
    Email,
    /// The telephone.
    CallCenter,
    /// Another program.
    Api,
    /// A log of another system.
    Import,
}

/// How urgent a consultation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_domain::consultation::Priority")]
pub enum Priority {
    /// Can wait.
    Low,
    /// The usual.
    Normal,
    /// Before the usual.
    High,
    /// Now.
    Urgent,
}

/// The stage of a consultation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_domain::consultation::Status")]
pub enum Status {
    /// Waits for somebody to start.
    Queued,
    /// Somebody works on it.
    InProgress,
    /// The client has the turn.
    WaitingForClient,
    /// Waits for something else.
    OnHold,
    /// Answered; can be rated, reopened or closed.
    Resolved,
    /// Done.
    Closed,
    /// Called off.
    Cancelled,
}

/// Which way a call went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_domain::consultation::CallDirection")]
pub enum CallDirection {
    /// The client called.
    Inbound,
    /// We called.
    Outbound,
}

/// How a call attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_domain::consultation::CallOutcome")]
pub enum CallOutcome {
    /// The two talked.
    Answered,
    /// It rang out.
    NoAnswer,
    /// The line was busy.
    Busy,
    /// It never rang.
    Failed,
    /// A machine answered.
    Voicemail,
    /// The other side declined.
    Rejected,
}

/// How a handover ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_domain::consultation::HandoverOutcome")]
pub enum HandoverOutcome {
    /// What it was asked for was done.
    Done,
    /// The consultation was cancelled or merged under it.
    Dropped,
}

/// Where a reopened consultation continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_domain::consultation::ReopenTo")]
pub enum ReopenTo {
    /// Back to the queue.
    Queued,
    /// Straight into work.
    InProgress,
}

/// Who a client is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_domain::client::ClientKind")]
pub enum ClientKind {
    /// A person.
    Person,
    /// An organisation.
    Organisation,
}

/// How a client can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_domain::client::ContactKind")]
pub enum ContactKind {
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// A Telegram chat.
    Telegram,
    /// A WhatsApp number.
    Whatsapp,
}

/// Whether a manager takes work now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_domain::manager::Availability")]
pub enum Availability {
    /// Not at work.
    Offline,
    /// Takes work.
    Online,
    /// At work, but takes no more.
    Busy,
}

/// What kind of party acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_domain::context::ActorKind")]
pub enum ActorKind {
    /// A person of the team.
    Manager,
    /// The client.
    Client,
    /// A program that talks to clients.
    Bot,
    /// Another system.
    Integration,
    /// Ledgerdesk itself.
    System,
}

/// As what somebody who is there is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum PresenceStatus {
    /// There.
    Online,
    /// There, but not at the desk.
    Away,
    /// There, but at something else.
    Busy,
}
