//! What may be asked of a consultation.

use chrono::{DateTime, Utc};

use super::value::{
    Attachment, Attributes, CallDirection, CallOutcome, CatalogReference, Channel, ExternalReference, Party,
    Priority, ReopenTo,
};
use crate::id::{
    CallId, ClientId, ConsultationId, HandoverId, ManagerId, MessageId, NoteId, RatingId, RedateId,
};

/// Any command to a consultation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is documented at its payload")]
pub enum ConsultationCommand {
    OpenConsultation(OpenConsultation),
    ChangeDetails(ChangeDetails),
    ChangePriority(ChangePriority),
    ChangeTags(ChangeTags),
    SetCustomAttributes(SetCustomAttributes),
    Assign(Assign),
    Unassign(Unassign),
    Start(Start),
    WaitForClient(WaitForClient),
    Hold(Hold),
    Resume(Resume),
    Resolve(Resolve),
    Reopen(Reopen),
    Close(Close),
    Cancel(Cancel),
    ReceiveMessage(ReceiveMessage),
    SendMessage(SendMessage),
    AddNote(AddNote),
    Appoint(Appoint),
    Redate(Redate),
    LogCall(LogCall),
    RequestHandover(RequestHandover),
    OfferHandover(OfferHandover),
    AcceptHandover(AcceptHandover),
    DeclineHandover(DeclineHandover),
    ExpireHandover(ExpireHandover),
    ResolveHandover(ResolveHandover),
    ReturnHandover(ReturnHandover),
    RequestRating(RequestRating),
    SubmitRating(SubmitRating),
    ReviseRating(ReviseRating),
    LinkExternalReference(LinkExternalReference),
    Merge(Merge),
    Unmerge(Unmerge),
    ImportFact(ImportFact),
}

/// Opens a consultation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenConsultation {
    /// Who asks, once known.
    pub client_id: Option<ClientId>,
    /// What it is about, in a line.
    pub topic: String,
    /// What was asked, at length.
    pub description: Option<String>,
    /// Where it came in.
    pub channel: Channel,
    /// How urgent.
    pub priority: Priority,
    /// ISO 639-1.
    pub language: Option<String>,
    /// The team it is queued for.
    pub team: Option<String>,
    /// Tags; repeats are dropped.
    pub tags: Vec<String>,
    /// Catalog references.
    pub catalog: Vec<CatalogReference>,
    /// Custom attributes.
    pub attributes: Attributes,
}

/// Changes topic, description, client, language or catalog references; `None` leaves a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeDetails {
    /// The new topic.
    pub topic: Option<String>,
    /// The new description.
    pub description: Option<String>,
    /// The client, now known.
    pub client_id: Option<ClientId>,
    /// ISO 639-1.
    pub language: Option<String>,
    /// All references, as they shall be.
    pub catalog: Option<Vec<CatalogReference>>,
}

/// Changes the urgency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangePriority {
    /// As it shall be.
    pub priority: Priority,
}

/// Adds and removes tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeTags {
    /// Tags to add.
    pub add: Vec<String>,
    /// Tags to remove.
    pub remove: Vec<String>,
}

/// Sets and removes custom attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetCustomAttributes {
    /// New values.
    pub set: Attributes,
    /// Keys to remove.
    pub remove: Vec<String>,
}

/// Makes a manager, a team or both responsible; `None` leaves that part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assign {
    /// The manager.
    pub assignee: Option<ManagerId>,
    /// The team.
    pub team: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

/// Takes the consultation from its manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unassign {
    /// Why.
    pub reason: Option<String>,
}

/// Begins work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start;

/// Gives the client the turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitForClient {
    /// What for.
    pub reason: Option<String>,
}

/// Lets it wait for something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// What for.
    pub reason: Option<String>,
    /// When to look again.
    pub until: Option<DateTime<Utc>>,
}

/// Goes back to work after waiting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume;

/// Marks it answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolve {
    /// What was done.
    pub resolution: Option<String>,
    /// The kind of resolution.
    pub code: Option<String>,
}

/// Takes it up again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reopen {
    /// Where it continues; by default in work if somebody holds it, else in the queue.
    pub to: Option<ReopenTo>,
    /// Why.
    pub reason: Option<String>,
}

/// Ends a resolved consultation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Close;

/// Calls it off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancel {
    /// Why.
    pub reason: Option<String>,
}

/// Records a message of the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiveMessage {
    /// Which message; a repeat changes nothing.
    pub message_id: MessageId,
    /// Where.
    pub channel: Channel,
    /// The text.
    pub text: String,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// The message it answers.
    pub in_reply_to: Option<MessageId>,
}

/// Records a message to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendMessage {
    /// Which message; a repeat changes nothing.
    pub message_id: MessageId,
    /// Where.
    pub channel: Channel,
    /// Who writes: a manager, a bot or the system.
    pub author: Party,
    /// The text.
    pub text: String,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// The message it answers.
    pub in_reply_to: Option<MessageId>,
}

/// Adds an internal note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddNote {
    /// Which note; a repeat changes nothing.
    pub note_id: NoteId,
    /// Who.
    pub author: Party,
    /// The text.
    pub text: String,
}

/// Promises a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appoint {
    /// The time.
    pub appointed_for: DateTime<Utc>,
}

/// Moves the promised time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redate {
    /// Which move; a repeat changes nothing.
    pub redate_id: RedateId,
    /// The time after.
    pub to: DateTime<Utc>,
    /// Why.
    pub reason: Option<String>,
    /// Who wants it.
    pub initiator: Party,
}

/// Records a call attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogCall {
    /// Which attempt; a repeat changes nothing.
    pub call_id: CallId,
    /// Which way.
    pub direction: CallDirection,
    /// How it ended.
    pub outcome: CallOutcome,
    /// When it began to ring.
    pub started_at: DateTime<Utc>,
    /// How long it rang.
    pub wait_seconds: Option<u32>,
    /// How long the two talked.
    pub duration_seconds: Option<u32>,
    /// Who called or was called.
    pub manager_id: Option<ManagerId>,
    /// The client's number.
    pub phone: Option<String>,
    /// Where the recording lies.
    pub recording: Option<String>,
    /// The redate that it serves.
    pub redate_id: Option<RedateId>,
}

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

/// Asks the client to rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRating {
    /// Which rating; a repeat changes nothing.
    pub rating_id: RatingId,
    /// The questionnaire's key.
    pub questionnaire: String,
    /// Its version.
    pub questionnaire_version: u32,
    /// Where.
    pub channel: Channel,
}

/// Records the client's rating, asked for or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmitRating {
    /// Which rating; a repeat changes nothing.
    pub rating_id: RatingId,
    /// The questionnaire's key.
    pub questionnaire: String,
    /// Its version.
    pub questionnaire_version: u32,
    /// The answers.
    pub answers: Vec<Answer>,
}

/// Changes a submitted rating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviseRating {
    /// Which rating.
    pub rating_id: RatingId,
    /// All answers, as they shall be.
    pub answers: Vec<Answer>,
}

/// Links the same thing in another system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkExternalReference {
    /// Where.
    pub reference: ExternalReference,
}

/// Puts this consultation into another one, which carries on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// The other one.
    pub into: ConsultationId,
}

/// Takes a merge back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmerge;

/// Keeps a fact of another system that no other command fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFact {
    /// What the source calls it.
    pub activity: String,
    /// The status there.
    pub status: Option<String>,
    /// Why it is kept as a fact.
    pub code: String,
    /// Who did it.
    pub manager_id: Option<ManagerId>,
    /// The team there.
    pub team: Option<String>,
    /// Further columns.
    pub attributes: Attributes,
}

/// One answer of a rating, as given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The question's key in the questionnaire.
    pub question: String,
    /// The score, 1 to 10; none for a comment-only question.
    pub score: Option<u8>,
    /// What the client added.
    pub comment: Option<String>,
}
