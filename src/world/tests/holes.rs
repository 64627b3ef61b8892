//! What is known of a value before it is known.

use super::*;

#[test]
fn a_class_admits_what_its_characters_make() {
    for (class, admitted, refused) in [
        (Class::Any, &["", "a:b/*"][..], &[][..]),
        (Class::Part, &["", "a/b"], &["a:b", "*", "?"]),
        (Class::Name, &["a", "a-b"], &["", "a/b", "a:b", "*"]),
        (Class::Account, &["111122223333"], &["", "11112222333", "abcdefghijkl", "1111222233334"]),
        (Class::Path, &["", "a/", "a/b/"], &["a", "/a/", "/", "a:b/", "*/"]),
        (Class::Hex, &["", "0a-f"], &["g", "A"]),
    ] {
        for text in admitted {
            assert!(class.admits(text), "{class:?}: {text}");
            assert!(!text.chars().any(|c| class.excludes(c)), "{class:?}: {text}");
        }
        for text in refused {
            assert!(!class.admits(text), "{class:?}: {text}");
        }
    }
}

#[test]
fn a_value_may_be_a_pattern_if_it_may_hold_a_wildcard() {
    let any = parameter("P", Class::Any);
    assert!(any.may_be_pattern());
    assert!(!parameter("P", Class::Name).may_be_pattern());
    assert!(allowing(&any, &["a", "b*"]).may_be_pattern());
    assert!(!allowing(&any, &["a", "b"]).may_be_pattern());
}
