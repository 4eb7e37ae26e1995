//! Conditions with operators: what the fields of a filter cannot say.
//!
//! Each list has an input `…Condition` with an operator input for each of its fields and `and`, `or`, `not` of
//! itself. All of them are read here, into one tree, within bounds.

use async_graphql::{ID, InputObject, InputType};
use chrono::{DateTime, Utc};
use ledgerdesk_projections::read::{Condition, Test, wire};
use serde::Serialize;
use uuid::Uuid;

use super::input;
use crate::graphql::{
    error::Fault,
    global_id::NodeKind,
    model::enums::{
        ActorKind, Availability, CallDirection, CallOutcome, Channel, ClientKind, Priority, Status,
    },
    model::{handover::HandoverState, history::HistoryKind, message::MessageDirection, rating::RatingState},
};

/// Conditions within conditions: so many levels of `and`, `or` and `not`.
const MAX_DEPTH: usize = 5;
/// Operators of one condition, all levels together.
const MAX_TESTS: usize = 50;

/// Tests of a field with a fixed set of values. Everything given must hold.
#[derive(Debug, Clone, Default, InputObject)]
#[graphql(
    concrete(name = "StatusTest", params(Status)),
    concrete(name = "PriorityTest", params(Priority)),
    concrete(name = "ChannelTest", params(Channel)),
    concrete(name = "ClientKindTest", params(ClientKind)),
    concrete(name = "AvailabilityTest", params(Availability)),
    concrete(name = "HandoverStateTest", params(HandoverState)),
    concrete(name = "CallDirectionTest", params(CallDirection)),
    concrete(name = "CallOutcomeTest", params(CallOutcome)),
    concrete(name = "RatingStateTest", params(RatingState)),
    concrete(name = "MessageDirectionTest", params(MessageDirection)),
    concrete(name = "HistoryKindTest", params(HistoryKind)),
    concrete(name = "ActorKindTest", params(ActorKind))
)]
pub(super) struct EnumTest<T: InputType> {
    /// It is this one.
    eq: Option<T>,
    /// It is one of these, at most 100.
    #[graphql(name = "in")]
    one_of: Option<Vec<T>>,
    /// It is not this one; what has none passes.
    not: Option<T>,
}

/// Tests of a reference. Everything given must hold.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct IdTest {
    /// It is this one.
    eq: Option<ID>,
    /// It is one of these, at most 100.
    #[graphql(name = "in")]
    one_of: Option<Vec<ID>>,
    /// It is not this one; what has none passes.
    not: Option<ID>,
    /// There is none; `false` asks that there is one.
    is_null: Option<bool>,
}

/// Tests of a short text, which is compared as it is. Everything given must hold.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct TextTest {
    /// It is this one; at most 500 characters.
    eq: Option<String>,
    /// It is one of these, at most 100.
    #[graphql(name = "in")]
    one_of: Option<Vec<String>>,
    /// It is not this one; what has none passes.
    not: Option<String>,
    /// There is none; `false` asks that there is one.
    is_null: Option<bool>,
}

/// Tests of a list of words, such as tags. Everything given must hold.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct WordsTest {
    /// It holds this word.
    contains: Option<String>,
    /// It holds at least one of these, at most 100.
    #[graphql(name = "in")]
    one_of: Option<Vec<String>>,
    /// It does not hold this word.
    not: Option<String>,
}

/// A test of what people wrote.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct SearchTest {
    /// It holds these words, in any inflection; quotes, `or` and `-` work as in a web search. At most 500
    /// characters.
    contains: Option<String>,
}

/// Tests of a whole number. Everything given must hold.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct NumberTest {
    /// It is this one.
    eq: Option<i32>,
    /// It is one of these, at most 100.
    #[graphql(name = "in")]
    one_of: Option<Vec<i32>>,
    /// It is not this one; what has none passes.
    not: Option<i32>,
    /// It is less than this.
    lt: Option<i32>,
    /// It is this or more.
    gte: Option<i32>,
    /// There is none; `false` asks that there is one.
    is_null: Option<bool>,
}

/// Tests of a time. Everything given must hold.
#[derive(Debug, Clone, Copy, Default, InputObject)]
pub(super) struct TimeTest {
    /// It lies before this.
    lt: Option<DateTime<Utc>>,
    /// It is this or lies after it.
    gte: Option<DateTime<Utc>>,
    /// There is none; `false` asks that there is one.
    is_null: Option<bool>,
}

/// The input of a condition.
pub(super) trait ConditionInput: Sized {
    /// Takes `and`, `or` and `not` out of it.
    fn branches(&mut self) -> Branches<Self>;

    /// Reads its own tests.
    fn tests(self, tests: &mut Tests) -> Result<(), Fault>;
}

/// What a condition is put together from.
pub(super) struct Branches<C> {
    pub(super) and: Option<Vec<C>>,
    pub(super) or: Option<Vec<C>>,
    pub(super) not: Option<Box<C>>,
}

/// Reads a condition, if there is one.
pub(super) fn read<C: ConditionInput>(given: Option<C>) -> Result<Option<Condition>, Fault> {
    let mut count = 0;
    given.map(|given| branch(given, 1, &mut count)).transpose()
}

fn branch<C: ConditionInput>(mut given: C, depth: usize, count: &mut usize) -> Result<Condition, Fault> {
    if depth > MAX_DEPTH {
        return Err(Fault::FilterTooComplex {
            message: format!("the condition is nested more than {MAX_DEPTH} deep; flatten it"),
        });
    }
    let Branches { and, or, not } = given.branches();
    let mut tests = Tests::default();
    given.tests(&mut tests)?;
    *count += tests.0.len();
    if *count > MAX_TESTS {
        return Err(Fault::FilterTooComplex {
            message: format!("the condition has more than {MAX_TESTS} tests; ask for less, or use `in`"),
        });
    }
    let mut parts = tests.0;
    parts.extend(all(and, "and", depth, count)?);
    if or.is_some() {
        parts.push(Condition::Any(all(or, "or", depth, count)?));
    }
    if let Some(not) = not {
        parts.push(Condition::Not(Box::new(branch(*not, depth + 1, count)?)));
    }
    Ok(Condition::All(parts))
}

fn all<C: ConditionInput>(
    given: Option<Vec<C>>,
    name: &str,
    depth: usize,
    count: &mut usize,
) -> Result<Vec<Condition>, Fault> {
    let Some(given) = given else { return Ok(Vec::new()) };
    if given.is_empty() {
        return Err(Fault::bad_input(format!("`{name}` of a condition is empty; leave it out, or fill it")));
    }
    if given.len() > MAX_TESTS {
        return Err(Fault::FilterTooComplex {
            message: format!("`{name}` of a condition has more than {MAX_TESTS} parts; ask for less"),
        });
    }
    given.into_iter().map(|part| branch(part, depth + 1, count)).collect()
}

/// The tests of one level, as they are read. The columns are SQL, made of literals.
#[derive(Default)]
pub(super) struct Tests(Vec<Condition>);

impl Tests {
    /// An enum that is stored as its wire text.
    pub(super) fn wire<T, U>(&mut self, column: &'static str, test: Option<EnumTest<T>>) -> Result<(), Fault>
    where
        T: InputType + Into<U>,
        U: Serialize,
    {
        self.mapped(column, test, |value: T| wire(&value.into()), Test::Texts)
    }

    /// An enum that is stored as a number.
    pub(super) fn mapped<T: InputType, V>(
        &mut self,
        column: &'static str,
        test: Option<EnumTest<T>>,
        value: impl Fn(T) -> V,
        values: fn(Vec<V>) -> Test,
    ) -> Result<(), Fault> {
        let Some(EnumTest { eq, one_of, not }) = test else { return Ok(()) };
        self.add(column, eq.map(|eq| values(vec![value(eq)])));
        let one_of = one_of.map(|given| input::list::<T, T>("in", Some(given))).transpose()?;
        self.add(column, one_of.map(|given| values(given.into_iter().map(&value).collect())));
        self.exclude(column, not.map(|not| values(vec![value(not)])));
        Ok(())
    }

    /// A reference to something of this kind.
    pub(super) fn id(
        &mut self,
        field: &str,
        kind: NodeKind,
        column: &'static str,
        test: Option<IdTest>,
    ) -> Result<(), Fault> {
        let Some(IdTest { eq, one_of, not, is_null }) = test else { return Ok(()) };
        let id = |given: &ID| input::id::<Uuid>(field, kind, given);
        self.add(column, eq.as_ref().map(id).transpose()?.map(|id| Test::Ids(vec![id])));
        if one_of.is_some() {
            self.add(column, Some(Test::Ids(input::ids(field, kind, one_of)?)));
        }
        self.exclude(column, not.as_ref().map(id).transpose()?.map(|id| Test::Ids(vec![id])));
        self.absent(column, is_null);
        Ok(())
    }

    /// A short text.
    pub(super) fn text(
        &mut self,
        field: &str,
        column: &'static str,
        test: Option<TextTest>,
    ) -> Result<(), Fault> {
        let Some(TextTest { eq, one_of, not, is_null }) = test else { return Ok(()) };
        self.add(column, input::text(field, eq)?.map(|text| Test::Texts(vec![text])));
        if one_of.is_some() {
            self.add(column, Some(Test::Texts(input::texts(field, one_of)?)));
        }
        self.exclude(column, input::text(field, not)?.map(|text| Test::Texts(vec![text])));
        self.absent(column, is_null);
        Ok(())
    }

    /// A jsonb list of words.
    pub(super) fn words(
        &mut self,
        field: &str,
        column: &'static str,
        test: Option<WordsTest>,
    ) -> Result<(), Fault> {
        let Some(WordsTest { contains, one_of, not }) = test else { return Ok(()) };
        self.add(column, input::text(field, contains)?.map(Test::Holds));
        if one_of.is_some() {
            let any =
                input::texts(field, one_of)?.into_iter().map(|word| Condition::Is(column, Test::Holds(word)));
            self.0.push(Condition::Any(any.collect()));
        }
        self.exclude(column, input::text(field, not)?.map(Test::Holds));
        Ok(())
    }

    /// Words of a text; `condition` has `{}` where they stand.
    pub(super) fn search(
        &mut self,
        field: &str,
        condition: &'static str,
        test: Option<SearchTest>,
    ) -> Result<(), Fault> {
        let words = input::text(field, test.and_then(|test| test.contains))?;
        self.add(condition, words.map(Test::Matches));
        Ok(())
    }

    /// A whole number.
    pub(super) fn number(&mut self, column: &'static str, test: Option<NumberTest>) -> Result<(), Fault> {
        let Some(NumberTest { eq, one_of, not, lt, gte, is_null }) = test else { return Ok(()) };
        self.add(column, eq.map(|number| Test::Numbers(vec![number.into()])));
        if one_of.is_some() {
            self.add(column, Some(Test::Numbers(input::list("in", one_of)?)));
        }
        self.exclude(column, not.map(|number| Test::Numbers(vec![number.into()])));
        self.add(column, lt.map(|bound| Test::Below(bound.into())));
        self.add(column, gte.map(|bound| Test::AtLeast(bound.into())));
        self.absent(column, is_null);
        Ok(())
    }

    /// A time.
    pub(super) fn time(
        &mut self,
        field: &str,
        column: &'static str,
        test: Option<TimeTest>,
    ) -> Result<(), Fault> {
        let Some(TimeTest { lt, gte, is_null }) = test else { return Ok(()) };
        for (bound, name) in [(lt, "lt"), (gte, "gte")] {
            input::check_time(field, name, bound)?;
        }
        self.add(column, lt.map(Test::Before));
        self.add(column, gte.map(Test::From));
        self.absent(column, is_null);
        Ok(())
    }

    /// A condition that holds or, for `false`, does not.
    pub(super) fn holds(&mut self, condition: &'static str, wanted: Option<bool>) {
        match wanted {
            Some(true) => self.add(condition, Some(Test::True)),
            Some(false) => self.exclude(condition, Some(Test::True)),
            None => {}
        }
    }

    fn absent(&mut self, column: &'static str, wanted: Option<bool>) {
        match wanted {
            Some(true) => self.add(column, Some(Test::Absent)),
            Some(false) => self.exclude(column, Some(Test::Absent)),
            None => {}
        }
    }

    fn add(&mut self, column: &'static str, test: Option<Test>) {
        self.0.extend(test.map(|test| Condition::Is(column, test)));
    }

    fn exclude(&mut self, column: &'static str, test: Option<Test>) {
        self.0.extend(test.map(|test| Condition::Not(Box::new(Condition::Is(column, test)))));
    }
}
