use ledgerdesk_domain::consultation::{
    Answer as Given, ConsultationCommand as C, RequestRating, ReviseRating, SubmitRating,
};

use super::*;
use crate::testing::{Story, assign, at, id, open, resolve};

fn given(question: &str, score: Option<u8>, comment: Option<&str>) -> Given {
    Given { question: question.to_owned(), score, comment: comment.map(ToOwned::to_owned) }
}

fn submit(answers: Vec<Given>) -> C {
    C::SubmitRating(SubmitRating {
        rating_id: id(31),
        questionnaire: "service".to_owned(),
        questionnaire_version: 2,
        answers,
    })
}

fn resolved() -> Story {
    Story::default()
        .consultation(1, open(Some(7), "Printer"))
        .consultation(1, assign(77))
        .consultation(1, resolve())
}

#[test]
fn a_rating_is_asked_for_given_and_revised_in_one_row() {
    let ask = C::RequestRating(RequestRating {
        rating_id: id(31),
        questionnaire: "service".to_owned(),
        questionnaire_version: 2,
        channel: Channel::Telegram,
    });
    let story = resolved().consultation(1, ask);
    let asked = story.row(&Ratings, 31);
    assert_eq!((asked.state, asked.requested_at, asked.score), (State::Requested, Some(at(3)), None));
    assert_eq!(asked.attributed_to, Some(id(77)));

    let answers = vec![given("tone", Some(5), Some("kind")), given("speed", Some(4), None)];
    let story = story.consultation(1, submit(answers));
    let rated = story.row(&Ratings, 31);
    assert_eq!((rated.state, rated.rated_at, rated.score), (State::Submitted, Some(at(4)), Some(450)));
    assert_eq!(rated.answers[1], Answer { question: "speed".to_owned(), score: Some(4) });
    let kind = Comment { question: "tone".to_owned(), text: "kind".to_owned() };
    assert_eq!(rated.comments, Some(vec![kind]));

    let answers = vec![given("tone", Some(2), None)];
    let revised =
        story.consultation(1, C::ReviseRating(ReviseRating { rating_id: id(31), answers })).row(&Ratings, 31);
    assert_eq!((revised.state, revised.revision, revised.score), (State::Revised, 1, Some(200)));
    assert_eq!((revised.rated_at, revised.revised_at), (Some(at(4)), Some(at(5))));
    assert_eq!((revised.comments, revised.answers.len()), (None, 1));
}

#[test]
fn a_rating_that_nobody_asked_for_counts_all_the_same() {
    let row = resolved().consultation(1, submit(vec![given("tone", Some(3), None)])).row(&Ratings, 31);
    assert_eq!((row.state, row.requested_at, row.channel), (State::Submitted, None, None));
    assert_eq!((row.score, row.attributed_to, row.questionnaire_version), (Some(300), Some(id(77)), 2));
}
