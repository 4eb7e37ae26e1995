//! What may be asked of a consultation.

use super::{
    AcceptHandover, AddNote, AnnounceServiceLevel, Appoint, Assign, Cancel, ChangeDetails, ChangePriority,
    ChangeTags, Close, DeclineHandover, ExpireHandover, Hold, ImportFact, LinkExternalReference, LogCall,
    Merge, OfferHandover, OpenConsultation, ReceiveMessage, Redate, Reopen, RequestHandover, RequestRating,
    Resolve, ResolveHandover, Resume, ReturnHandover, ReviseRating, SendMessage, SetCustomAttributes, Start,
    SubmitRating, Unassign, Unmerge, WaitForClient,
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
    AnnounceServiceLevel(AnnounceServiceLevel),
}
