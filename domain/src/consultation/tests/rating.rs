use super::*;
use crate::consultation::{
    Answer, RatingAnswer, RatingRequested, RatingRevised, RatingSubmitted, ReopenTo, Reopened, RequestRating,
    ReviseRating, SubmitRating, Unassigned,
};

fn score(score: u8) -> Vec<Answer> {
    vec![Answer { question: "overall".into(), score: Some(score), comment: None }]
}

fn scored(score: u8) -> Vec<RatingAnswer> {
    vec![RatingAnswer { question: "overall".into(), score: Some(score), comment: None }]
}

fn request(number: u128) -> RequestRating {
    RequestRating {
        rating_id: id(number),
        questionnaire: "support".into(),
        questionnaire_version: 2,
        channel: Channel::Telegram,
    }
}

fn submit(number: u128, answers: Vec<Answer>) -> SubmitRating {
    SubmitRating { rating_id: id(number), questionnaire: "support".into(), questionnaire_version: 2, answers }
}

fn submitted(number: u128, answers: Vec<RatingAnswer>) -> Event {
    Event::RatingSubmitted(RatingSubmitted {
        rating_id: id(number),
        questionnaire: "support".into(),
        questionnaire_version: 2,
        answers,
        attributed_to: Some(ANNA),
    })
}

fn revise(number: u128, answers: Vec<Answer>) -> Command {
    Command::ReviseRating(ReviseRating { rating_id: id(number), answers })
}

fn revised(number: u128, score: u8, revision: u32) -> Event {
    Event::RatingRevised(RatingRevised { rating_id: id(number), answers: scored(score), revision })
}

fn rated() -> Vec<Event> {
    after(resolved(), [submitted(1, scored(9))])
}

fn reopened() -> Event {
    Event::Reopened(Reopened {
        from: Status::Resolved,
        to: ReopenTo::InProgress,
        reason: None,
        assignee: Some(ANNA),
    })
}

/// The command rates a resolution: there must be one.
#[track_caller]
fn needs_a_resolution(command: &Command) {
    needs_a_consultation(command);
    belongs_into_the_other_after_a_merge(command);
    for (status, events) in each_status() {
        let then = given::<Consultation>(events).when(command.clone());
        if matches!(status, Status::Resolved | Status::Closed) {
            then.then_something();
        } else {
            then.then_rejected("rating_not_allowed");
        }
    }
}

#[test]
fn the_client_is_asked_once() {
    given::<Consultation>(resolved())
        .when(Command::RequestRating(request(1)))
        .then([Event::RatingRequested(RatingRequested {
            rating_id: id(1),
            questionnaire: "support".into(),
            questionnaire_version: 2,
            channel: Channel::Telegram,
            attributed_to: Some(ANNA),
        })])
        .when(Command::RequestRating(request(1)))
        .then_nothing();
}

#[test]
fn the_client_rates_once_asked_or_not() {
    given::<Consultation>(resolved())
        .when(Command::SubmitRating(submit(1, score(9))))
        .then([submitted(1, scored(9))])
        .when(Command::SubmitRating(submit(1, score(9))))
        .then_nothing();
}

#[test]
fn ratings_need_a_resolution() {
    needs_a_resolution(&Command::RequestRating(request(1)));
    needs_a_resolution(&Command::SubmitRating(submit(1, score(9))));
}

#[test]
fn a_rating_belongs_to_whoever_held_the_consultation_when_it_was_resolved() {
    let unassigned = Event::Unassigned(Unassigned { from_assignee: ANNA, reason: None, is_open: true });
    given::<Consultation>(after(resolved(), [unassigned, Event::Closed(Closed { assignee: None })]))
        .when(Command::SubmitRating(submit(1, score(9))))
        .then([submitted(1, scored(9))]);
}

#[test]
fn a_resolution_is_rated_once() {
    for command in [
        Command::SubmitRating(submit(1, score(3))),
        Command::SubmitRating(submit(2, score(3))),
        Command::RequestRating(request(2)),
    ] {
        given::<Consultation>(rated()).when(command).then_rejected_at("already_rated", "rating_id");
    }
}

#[test]
fn a_second_thought_after_a_merge_belongs_into_the_other() {
    let merged = Merged { into: OTHER, from: Status::Resolved, assignee: Some(ANNA) };
    given::<Consultation>(after(rated(), [Event::Merged(merged)]))
        .when(Command::SubmitRating(submit(1, score(9))))
        .then_nothing()
        .when(Command::SubmitRating(submit(1, score(3))))
        .then_rejected("consultation_merged");
}

#[test]
fn the_next_resolution_is_rated_anew() {
    given::<Consultation>(after(rated(), [reopened(), resolved_by(BORIS)]))
        .when(Command::RequestRating(request(2)))
        .then_something()
        .when(Command::SubmitRating(submit(2, score(3))))
        .then([Event::RatingSubmitted(RatingSubmitted {
            rating_id: id(2),
            questionnaire: "support".into(),
            questionnaire_version: 2,
            answers: scored(3),
            attributed_to: Some(BORIS),
        })]);
}

#[test]
fn questions_left_open_are_left_out() {
    let answer = |question: &str, comment: &str| Answer {
        question: question.into(),
        score: None,
        comment: Some(comment.into()),
    };
    given::<Consultation>(resolved())
        .when(Command::SubmitRating(submit(1, vec![answer("speed", " "), answer("overall", "Thanks!")])))
        .then([submitted(
            1,
            vec![RatingAnswer { question: "overall".into(), score: None, comment: Some("Thanks!".into()) }],
        )]);
}

#[test]
fn answers_have_their_limits() {
    let answer = |question: &str, score| Answer { question: question.into(), score, comment: None };
    let commented = |comment: &str| Answer { comment: Some(comment.into()), ..answer("overall", None) };
    for (answers, code) in [
        (vec![], "empty"),
        (vec![answer("overall", None)], "empty"),
        (vec![answer(" ", Some(1))], "empty"),
        (vec![answer("a\0", Some(1))], "nul_character"),
        (vec![commented("a\0")], "nul_character"),
        (vec![commented(&"a".repeat(50_001))], "too_long"),
        (score(0), "out_of_range"),
        (score(11), "out_of_range"),
        ([score(1), score(2)].concat(), "malformed"),
        ((0..51).map(|n| answer(&n.to_string(), Some(1))).collect(), "too_many"),
    ] {
        given::<Consultation>(rated()).when(revise(1, answers.clone())).then_rejected_at(code, "answers");
        given::<Consultation>(resolved())
            .when(Command::SubmitRating(submit(1, answers)))
            .then_rejected_at(code, "answers");
    }
}

#[test]
fn a_questionnaire_has_a_key_and_a_version() {
    let refused = |command, code, field| {
        given::<Consultation>(resolved()).when(command).then_rejected_at(code, field);
    };
    let unversioned = RequestRating { questionnaire_version: 0, ..request(1) };
    refused(Command::RequestRating(unversioned), "out_of_range", "questionnaire_version");
    let nameless = RequestRating { questionnaire: " ".into(), ..request(1) };
    refused(Command::RequestRating(nameless), "empty", "questionnaire");
    let nul = SubmitRating { questionnaire: "a\0".into(), ..submit(1, score(9)) };
    refused(Command::SubmitRating(nul), "nul_character", "questionnaire");
}

#[test]
fn the_client_thinks_again_and_the_revisions_are_counted() {
    given::<Consultation>(rated())
        .when(revise(1, score(9)))
        .then_nothing()
        .when(revise(1, score(7)))
        .then([revised(1, 7, 1)])
        .when(revise(1, score(7)))
        .then_nothing()
        .when(revise(1, score(8)))
        .then([revised(1, 8, 2)]);
}

#[test]
fn a_rating_may_be_revised_after_a_reopening_too() {
    given::<Consultation>(after(rated(), [reopened()])).when(revise(1, score(2))).then([revised(1, 2, 1)]);
}

#[test]
fn only_a_submitted_rating_is_revised() {
    needs_a_consultation(&revise(1, score(9)));
    belongs_into_the_other_after_a_merge(&revise(1, score(9)));
    given::<Consultation>(resolved())
        .when(Command::RequestRating(request(1)))
        .then_something()
        .when(revise(1, score(9)))
        .then_rejected_at("unknown_rating", "rating_id");
}
