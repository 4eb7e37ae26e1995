//! The mean score of a rating.

use ledgerdesk_domain::consultation::RatingAnswer;

/// The mean of the scores in hundredths, halves rounded up; none without a score.
pub(crate) fn average_score(answers: &[RatingAnswer]) -> Option<i32> {
    let scores: Vec<i32> = answers.iter().filter_map(|answer| answer.score).map(i32::from).collect();
    let count = i32::try_from(scores.len()).ok().filter(|count| *count > 0)?;
    Some((scores.iter().sum::<i32>() * 200 + count) / (2 * count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(scores: &[Option<u8>]) -> Vec<RatingAnswer> {
        let answer = |score: &Option<u8>| RatingAnswer { question: "q".into(), score: *score, comment: None };
        scores.iter().map(answer).collect()
    }

    #[test]
    fn the_mean_is_in_hundredths_and_leaves_out_questions_without_a_score() {
        assert_eq!(average_score(&answers(&[Some(5), None, Some(4)])), Some(450));
        assert_eq!(average_score(&answers(&[Some(5), Some(5), Some(4)])), Some(467));
        assert_eq!(average_score(&answers(&[None])), None);
        assert_eq!(average_score(&[]), None);
    }
}
