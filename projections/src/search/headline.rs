//! A piece of a text with the places of the words that were found.

/// Begins a word that was found. No text that people type has it.
pub(super) const BEGIN: char = '\u{2}';
/// Ends it.
pub(super) const END: char = '\u{3}';

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headline {
    /// The piece, as it was written.
    pub text: String,
    /// Where the words stand that were found, in order.
    pub marks: Vec<Mark>,
}

/// A span of a text, in Unicode code points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The first character.
    pub start: usize,
    /// After the last character.
    pub end: usize,
}

impl Headline {
    /// From the text with marks in it, as PostgreSQL gives it.
    pub(super) fn parse(marked: &str) -> Self {
        let mut text = String::with_capacity(marked.len());
        let (mut marks, mut place, mut start) = (Vec::new(), 0, None);
        for character in marked.chars() {
            match character {
                BEGIN => start = Some(place),
                END => marks.extend(start.take().map(|start| Mark { start, end: place })),
                character => {
                    text.push(character);
                    place += 1;
                }
            }
        }
        Self { text, marks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_counted_in_characters_of_the_text_without_them() {
        let found = Headline::parse("Не печатает \u{2}принтер\u{3}, \u{2}printer\u{3} 🖨");
        assert_eq!(found.text, "Не печатает принтер, printer 🖨");
        assert_eq!(found.marks, [Mark { start: 12, end: 19 }, Mark { start: 21, end: 28 }]);
        assert_eq!(Headline::parse("\u{3}a\u{2}"), Headline { text: "a".to_owned(), marks: Vec::new() });
    }
}
