//! Pages of lists that are worked out as a whole.

use async_graphql::{
    OutputType, SimpleObject,
    connection::{Connection, CursorType, Edge},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::graphql::{error::Fault, paging};

/// A page of a list that is worked out as a whole.
pub(super) type Mined<N> = Connection<Place, N, Count>;

/// Fields of such a connection beyond Relay's.
#[derive(SimpleObject)]
pub(super) struct Count {
    /// How many there are, on all pages together.
    total_count: u64,
}

/// A place in such a list, opaque to clients: the layout, the list with its filter, the number of the item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    list: [u8; 4],
    index: u32,
}

const LAYOUT: u8 = 3;

impl CursorType for Place {
    type Error = &'static str;

    fn decode_cursor(text: &str) -> Result<Self, Self::Error> {
        const REFUSED: &str = "this is not a cursor of this list; pass one that it returned, unchanged";
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| REFUSED)?;
        let ([layout], rest) = bytes.split_first_chunk().ok_or(REFUSED)?;
        let (list, index) = rest.split_first_chunk().ok_or(REFUSED)?;
        let index: [u8; 4] = index.try_into().map_err(|_| REFUSED)?;
        if *layout != LAYOUT {
            return Err(REFUSED);
        }
        Ok(Self { list: *list, index: u32::from_be_bytes(index) })
    }

    fn encode_cursor(&self) -> String {
        let mut bytes = vec![LAYOUT];
        bytes.extend(self.list);
        bytes.extend(self.index.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

/// What is wanted of a list.
pub(super) struct Listed {
    list: [u8; 4],
    size: usize,
    start: usize,
}

impl Listed {
    /// Checks the arguments. The mark is that of the filter.
    pub(super) fn new(
        name: &'static str,
        mark: [u8; 4],
        first: Option<i32>,
        after: Option<&str>,
    ) -> Result<Self, Fault> {
        let list = paging::mark(&format!("{name} {mark:?}"));
        let size = usize::from(paging::size("first", first)?);
        let start = match after.map(Place::decode_cursor).transpose().map_err(Fault::bad_input)? {
            None => 0,
            Some(place) if place.list == list => place.index as usize + 1,
            Some(_) => {
                let message = "this cursor belongs to another list or filter; start that one without it";
                return Err(Fault::bad_input(message));
            }
        };
        Ok(Self { list, size, start })
    }

    /// The page.
    pub(super) fn page<T, N: OutputType>(&self, items: &[T], show: impl Fn(&T) -> N) -> Mined<N> {
        let rest = items.get(self.start..).unwrap_or_default();
        let count = Count { total_count: items.len() as u64 };
        let has_previous = self.start > 0 && !items.is_empty();
        let mut page = Connection::with_additional_fields(has_previous, rest.len() > self.size, count);
        page.edges.extend(rest.iter().take(self.size).zip(self.start..).map(|(item, index)| {
            // Lists are shorter than the steps that they come from, of which there are far fewer.
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            Edge::new(Place { list: self.list, index }, show(item))
        }));
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_and_cursors_stay_in_their_list() {
        let items: Vec<i32> = (0..5).collect();
        let mut seen = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let listed = Listed::new("a", [1; 4], Some(2), after.take().as_deref())
                .unwrap_or_else(|_| panic!("a page"));
            let page = listed.page(&items, |item| *item);
            seen.extend(page.edges.iter().map(|edge| edge.node));
            if !page.has_next_page {
                break;
            }
            after = page.edges.last().map(|edge| edge.cursor.encode_cursor());
        }
        assert_eq!(seen, items);
        let cursor = Listed::new("a", [1; 4], None, None).map(|listed| listed.page(&items, |item| *item));
        let cursor = cursor.ok().and_then(|page| Some(page.edges.first()?.cursor.encode_cursor()));
        for (name, mark, text) in [
            ("b", [1; 4], cursor.clone()),
            ("a", [2; 4], cursor),
            ("a", [1; 4], Some("x".to_owned())),
            ("a", [1; 4], Some("A".repeat(12))),
        ] {
            let refused = Listed::new(name, mark, None, text.as_deref()).err().map(|fault| fault.code());
            assert_eq!(refused, Some("BAD_USER_INPUT"));
        }
    }
}
