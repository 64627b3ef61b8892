//! One copy of a text that a document writes again and again: of what stands in a template, most has stood there before
//! (`Type`, `Effect`, `Allow`, the names of properties).

use std::sync::Arc;

/// How many texts are remembered, of those that have the same place among them the last.
const PLACES: usize = 512;

/// Longer texts are seldom written twice.
const LONGEST: usize = 48;

/// The short texts of a document so far.
#[derive(Debug, Default)]
pub(super) struct Texts(Vec<Option<Arc<str>>>);

impl Texts {
    /// The text, shared with where it stood before if that is remembered.
    pub(super) fn share(&mut self, text: &str) -> Arc<str> {
        if text.len() > LONGEST {
            return text.into();
        }
        if self.0.is_empty() {
            self.0.resize(PLACES, None);
        }
        let Some(place) = self.0.get_mut(place(text)) else { return text.into() };
        match place {
            Some(known) if **known == *text => Arc::clone(known),
            _ => Arc::clone(place.insert(text.into())),
        }
    }
}

/// A place among those that are remembered, by FNV-1a.
fn place(text: &str) -> usize {
    let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    let hash = text.bytes().fold(0x811c_9dc5, mix);
    (hash ^ (hash >> 16)) as usize % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_before_is_one_text() {
        let mut texts = Texts::default();
        let long = "x".repeat(LONGEST + 1);
        let (a, b, other) = (texts.share("Allow"), texts.share("Allow"), texts.share("Deny"));
        assert!(Arc::ptr_eq(&a, &b));
        assert_eq!((&*a, &*other), ("Allow", "Deny"));
        assert!(!Arc::ptr_eq(&texts.share(&long), &texts.share(&long)));
    }

    #[test]
    fn texts_of_one_place_stay_what_they_are() {
        let mut texts = Texts::default();
        let names: Vec<String> = (0..10 * PLACES).map(|n| format!("Name{n}")).collect();
        for _ in 0..2 {
            assert!(names.iter().all(|name| *texts.share(name) == **name));
        }
    }
}
