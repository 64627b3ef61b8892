//! The two scans that keep evaluation lazy: a settled element wins, and only if none settles the scan is the first open
//! question returned. Everything that looks for "some" or "every" goes through here.

use super::question::{Question, Stop};

/// Whether some element holds: true as soon as one certainly does, whatever is open elsewhere.
pub(crate) fn any(elements: impl IntoIterator<Item = Result<bool, Stop>>) -> Result<bool, Stop> {
    settle(elements, true)
}

/// Whether every element holds: false as soon as one certainly does not, whatever is open elsewhere.
pub(crate) fn all(elements: impl IntoIterator<Item = Result<bool, Stop>>) -> Result<bool, Stop> {
    settle(elements, false)
}

/// What holds of something that is one of several as `question` decides: settled where it holds of all of them or of none,
/// else the question is asked.
pub(crate) fn either<'v, V>(
    question: &Question,
    alternatives: &'v [V],
    holds: impl Fn(&'v V) -> Result<bool, Stop>,
) -> Result<bool, Stop> {
    let mut answers = alternatives.iter().map(holds);
    match answers.next() {
        Some(Ok(first)) if answers.all(|answer| answer == Ok(first)) => Ok(first),
        _ => Err(Stop::Ask(question.clone())),
    }
}

fn settle(elements: impl IntoIterator<Item = Result<bool, Stop>>, decisive: bool) -> Result<bool, Stop> {
    let mut open = None;
    for element in elements {
        match element {
            Ok(answer) if answer == decisive => return Ok(decisive),
            Ok(_) => {}
            Err(stop) => {
                open.get_or_insert(stop);
            }
        }
    }
    open.map_or(Ok(!decisive), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(action: &str) -> Result<bool, Stop> {
        Err(Stop::Ask(Question::IamAllows(action.to_owned())))
    }

    #[test]
    fn a_settled_element_wins_over_an_open_one() {
        assert_eq!(any([open("a"), Ok(true)]), Ok(true));
        assert_eq!(all([open("a"), Ok(false)]), Ok(false));
    }

    #[test]
    fn else_the_first_open_question_is_returned() {
        assert_eq!(any([Ok(false), open("a"), open("b")]), open("a"));
        assert_eq!(all([Ok(true), open("a"), open("b")]), open("a"));
    }

    #[test]
    fn a_question_whose_answers_agree_is_not_asked() {
        let question = Question::IamAllows("a".to_owned());
        let holds = |alternative: &bool| Ok(*alternative);
        assert_eq!(either(&question, &[true, true], holds), Ok(true));
        assert_eq!(either(&question, &[false, false], holds), Ok(false));
        assert_eq!(either(&question, &[true, false], holds), open("a"));
        assert_eq!(either(&question, &[], holds), open("a"), "nothing is known of the alternatives");
        assert_eq!(either(&question, &[true, true], |_| open("b")), open("a"));
    }

    #[test]
    fn nothing_is_no_for_any_and_yes_for_all() {
        assert_eq!(any([]), Ok(false));
        assert_eq!(all([]), Ok(true));
    }
}
