//! Texts made of columns.

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) enum Part {
    /// As it stands.
    Literal(String),
    /// What the row says in this column.
    Column(String),
}

/// A text made of columns: a column's name alone, or a text with column names in braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) struct Template {
    pub(in crate::import) parts: Vec<Part>,
}

impl Template {
    /// Reads `Column` or `text {Column} text {Column}`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if !text.contains(['{', '}']) {
            return Ok(Self { parts: vec![Part::Column(text.to_owned())] });
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once('{') {
            let (column, after) = after.split_once('}').ok_or("a `{` has no `}`")?;
            if literal.contains('}') || column.contains('{') {
                return Err("braces must come in pairs around a column's name".to_owned());
            }
            if column.trim().is_empty() {
                return Err("there is no column's name between `{` and `}`".to_owned());
            }
            if !literal.is_empty() {
                parts.push(Part::Literal(literal.to_owned()));
            }
            parts.push(Part::Column(column.trim().to_owned()));
            rest = after;
        }
        if rest.contains('}') {
            return Err("a `}` has no `{`".to_owned());
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.to_owned()));
        }
        Ok(Self { parts })
    }

    /// The columns that it names.
    pub(in crate::import) fn columns(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Column(name) => Some(name.as_str()),
            Part::Literal(_) => None,
        })
    }
}

/// Templates of which the first is taken whose columns the source has: the same log may come as CSV and as
/// XES with other names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) struct TextRule {
    /// In order of preference; never empty.
    pub(in crate::import) alternatives: Vec<Template>,
}
