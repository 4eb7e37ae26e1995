//! Leads every command to its rule.

use super::{
    ConsultationCommand as Command, ConsultationEvent, ConsultationRejection, ConsultationState, appointment,
    assignment, call, details, fact, handover, labels, lifecycle, merge, message, note, opening, rating,
    redate, reference, service_level,
};
use crate::context::Context;

/// What a rule answers; no events if what was asked for already holds.
pub(super) type Decision = Result<Vec<ConsultationEvent>, ConsultationRejection>;

pub(super) fn decide(state: &ConsultationState, command: Command, context: &Context) -> Decision {
    match command {
        Command::OpenConsultation(command) => opening::open(state, command),
        Command::ChangeDetails(command) => details::change_details(state, command),
        Command::ChangePriority(command) => details::change_priority(state, &command),
        Command::ChangeTags(command) => labels::change_tags(state, &command),
        Command::SetCustomAttributes(command) => labels::set_custom_attributes(state, command),
        Command::Assign(command) => assignment::assign(state, command),
        Command::Unassign(command) => assignment::unassign(state, command),
        Command::Start(_) => lifecycle::start(state),
        Command::WaitForClient(command) => lifecycle::wait_for_client(state, command),
        Command::Hold(command) => lifecycle::hold(state, command),
        Command::Resume(_) => lifecycle::resume(state),
        Command::Resolve(command) => lifecycle::resolve(state, command, context),
        Command::Reopen(command) => lifecycle::reopen(state, command),
        Command::Close(_) => lifecycle::close(state),
        Command::Cancel(command) => lifecycle::cancel(state, command, context),
        Command::ReceiveMessage(command) => message::receive(state, command),
        Command::SendMessage(command) => message::send(state, command),
        Command::AddNote(command) => note::add(state, command),
        Command::Appoint(command) => appointment::appoint(state, &command, context),
        Command::Redate(command) => redate::redate(state, command),
        Command::LogCall(command) => call::log(state, &command),
        Command::RequestHandover(command) => handover::request(state, command),
        Command::OfferHandover(command) => handover::offer(state, &command),
        Command::AcceptHandover(command) => handover::accept(state, &command),
        Command::DeclineHandover(command) => handover::decline(state, command),
        Command::ExpireHandover(command) => handover::expire(state, &command, context),
        Command::ResolveHandover(command) => handover::resolve(state, &command, context),
        Command::ReturnHandover(command) => handover::give_back(state, command, context),
        Command::RequestRating(command) => rating::request(state, &command),
        Command::SubmitRating(command) => rating::submit(state, command),
        Command::ReviseRating(command) => rating::revise(state, command),
        Command::LinkExternalReference(command) => reference::link(state, &command),
        Command::Merge(command) => merge::merge(state, &command, context),
        Command::Unmerge(_) => merge::unmerge(state),
        Command::ImportFact(command) => fact::import(state, command),
        Command::AnnounceServiceLevel(command) => service_level::announce(state, command),
    }
}
