//! How much one request may ask for.

/// The limits of one GraphQL request. GraphiQL's introspection query passes the defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Size of the request body, in bytes.
    pub body_bytes: usize,
    /// Lexical tokens of the document.
    pub tokens: u64,
    /// Brackets of any kind open at once; also selection sets within each other once fragments are expanded.
    pub nesting: u64,
    /// Lists and objects within each other in one value, which is written in the document or comes in a variable:
    /// reading one level takes some kilobytes of the thread's stack.
    pub values: u64,
    /// Operations in the document.
    pub operations: u64,
    /// Fragment definitions in the document.
    pub fragments: u64,
    /// Fields below fields, with fragments expanded.
    pub depth: u64,
    /// Fields and fragment spreads of an operation, with fragments expanded.
    pub selections: u64,
    /// Fields of the operation itself.
    pub root_fields: u64,
    /// Aliased fields, with fragments expanded.
    pub aliases: u64,
    /// Directives, with fragments expanded.
    pub directives: u64,
    /// Fields that can be answered: what lies below a connection counts once for each item of the page.
    pub cost: u64,
    /// Whether it may ask about the schema; `__typename` is always answered.
    pub introspection: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 256 * 1024,
            tokens: 5_000,
            nesting: 64,
            values: 24,
            operations: 10,
            fragments: 100,
            depth: 16,
            selections: 2_000,
            root_fields: 20,
            aliases: 50,
            directives: 50,
            cost: 50_000,
            introspection: true,
        }
    }
}
