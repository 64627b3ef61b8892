//! Parameters as texts: `Key=Value`, `ParameterKey=Key,ParameterValue=Value`, several of them separated by spaces or lines.
//!
//! Sources: AWS SAM CLI, samcli/cli/types.py (quotes around a value, backslashes before a space or a quote); AWS CLI,
//! `aws cloudformation deploy` (`Key=Value`, split at the first `=`) and its shorthand syntax (`ParameterKey=…,…`).

/// The words of a text: separated by white space, with quotes and backslashes as in a shell. Lines that begin with `#` are
/// comments.
pub(crate) fn words(text: &str) -> Vec<String> {
    text.lines().filter(|line| !line.trim_start().starts_with('#')).flat_map(of_line).collect()
}

fn of_line(line: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, quote) {
            (close, Some(open)) if close == open => quote = None,
            ('\'' | '"', None) => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            ('\\', _) => match characters.next_if(|next| matches!(next, ' ' | '"' | '\'' | '\\')) {
                Some(escaped) => word.get_or_insert_default().push(escaped),
                None => word.get_or_insert_default().push('\\'),
            },
            (blank, None) if blank.is_whitespace() => out.extend(word.take()),
            (other, _) => word.get_or_insert_default().push(other),
        }
    }
    out.extend(word);
    out
}

/// What one word says of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Assignment {
    /// Its value.
    Value(String, String),
    /// The value that the stack has already.
    Previous(String),
}

/// `Key=Value`, or the shorthand `ParameterKey=Key,ParameterValue=Value`; nothing where it is neither.
pub(crate) fn assignment(word: &str) -> Option<Assignment> {
    if let Some(rest) = word.strip_prefix("ParameterKey=") {
        let (key, rest) = rest.split_once(',')?;
        if let Some(value) = rest.strip_prefix("ParameterValue=") {
            return Some(Assignment::Value(key.to_owned(), shorthand(value)));
        }
        let previous = rest.strip_prefix("UsePreviousValue=")?.split(',').next()?;
        return previous.eq_ignore_ascii_case("true").then(|| Assignment::Previous(key.to_owned()));
    }
    let (key, value) = word.split_once('=')?;
    (!key.is_empty()).then(|| Assignment::Value(key.to_owned(), value.to_owned()))
}

/// A value of the AWS CLI's shorthand: what follows it is another member, and a comma within it has a backslash before it.
fn shorthand(text: &str) -> String {
    let end = text.find(",UsePreviousValue=").or_else(|| text.find(",ResolvedValue=")).unwrap_or(text.len());
    text.get(..end).unwrap_or(text).replace("\\,", ",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_a_shell() {
        for (text, expected) in [
            ("A=b C=d", vec!["A=b", "C=d"]),
            ("A=\"b c\" D='e f'  G=h\\ i", vec!["A=b c", "D=e f", "G=h i"]),
            ("\"A=b c\" D=\"\"", vec!["A=b c", "D="]),
            ("# all of them\nA=b#c\n\n  # and\nD=e", vec!["A=b#c", "D=e"]),
            ("A=C:\\dir B=\\\"x\\\"", vec!["A=C:\\dir", "B=\"x\""]),
            ("", vec![]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn a_word_names_a_parameter_and_its_value() {
        let value = |key: &str, value: &str| Some(Assignment::Value(key.to_owned(), value.to_owned()));
        for (word, expected) in [
            ("A=b=c", value("A", "b=c")),
            ("A=", value("A", "")),
            ("ParameterKey=A,ParameterValue=b", value("A", "b")),
            ("ParameterKey=A,ParameterValue=b\\,c,UsePreviousValue=false", value("A", "b,c")),
            ("ParameterKey=A,UsePreviousValue=true", Some(Assignment::Previous("A".to_owned()))),
            ("A", None),
            ("=b", None),
            ("ParameterKey=A", None),
        ] {
            assert_eq!(assignment(word), expected, "{word}");
        }
    }
}
