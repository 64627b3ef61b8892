//! Identifiers of loops in texts: `${Id}` is the value, `&{Id}` the value's letters and digits.
//!
//! Source: intrinsic-function-reference-foreach.html: "All instances of ${Identifier} or &{Identifier} in the OutputKey and
//! OutputValue parameters will be replaced".

/// The identifiers of the loops around a place, each with its value.
pub(super) type Bindings = Vec<(String, String)>;

/// The value of an identifier.
pub(super) fn bound<'b>(bindings: &'b Bindings, name: &str) -> Option<&'b str> {
    bindings.iter().rev().find(|(identifier, _)| identifier == name).map(|(_, value)| value.as_str())
}

/// A text with its identifiers replaced; nothing where it grows longer than `most`.
///
/// What a value brings along is not looked at again.
pub(super) fn substituted(text: &str, bindings: &Bindings, most: usize) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['$', '&']) {
        let (before, after) = rest.split_at_checked(at)?;
        let (sign, name) = after.split_at_checked(1)?;
        out.push_str(before);
        match marked(name, bindings) {
            Some((value, tail)) => {
                match sign {
                    "$" => out.push_str(value),
                    _ => out.extend(value.chars().filter(char::is_ascii_alphanumeric)),
                }
                rest = tail;
            }
            None => {
                out.push_str(sign);
                rest = name;
            }
        }
        if out.len() > most {
            return None;
        }
    }
    out.push_str(rest);
    Some(out)
}

/// The value of the identifier in the braces that `text` begins with, and what follows them.
fn marked<'a>(text: &'a str, bindings: &'a Bindings) -> Option<(&'a str, &'a str)> {
    let text = text.strip_prefix('{')?;
    bindings.iter().rev().find_map(|(identifier, value)| {
        let tail = text.strip_prefix(identifier.as_str())?.strip_prefix('}')?;
        Some((value.as_str(), tail))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(text: &str) -> String {
        let bindings = vec![("Id".to_owned(), "a-b.1".to_owned()), ("Other".to_owned(), "${Id}".to_owned())];
        substituted(text, &bindings, 100).expect("short")
    }

    #[test]
    fn identifiers_are_replaced_and_everything_else_stays() {
        assert_eq!(done("x${Id}y&{Id}z"), "xa-b.1yab1z");
        assert_eq!(done("${Ids} ${!Id} ${Id $Id & {Id} $"), "${Ids} ${!Id} ${Id $Id & {Id} $");
        assert_eq!(done("${Other}"), "${Id}", "what a value brings is not replaced again");
        assert_eq!(done("${Topic${Id}.Arn}"), "${Topica-b.1.Arn}");
        assert_eq!(done("é${Id}é"), "éa-b.1é");
    }

    #[test]
    fn a_text_that_grows_too_long_is_refused() {
        let bindings = vec![("Id".to_owned(), "x".repeat(60))];
        assert_eq!(substituted("${Id}${Id}${Id}", &bindings, 100), None);
    }
}
