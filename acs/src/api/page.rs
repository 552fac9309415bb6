//! Lists in pages: `?after=<last id>&limit=<n>`, and `next` in the answer while there is more.

use super::error::ApiError;
use crate::limits::PAGE;
use crate::store::{Id, Page};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The arguments of a page.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PageQuery {
    after: Option<String>,
    limit: Option<usize>,
}

impl PageQuery {
    /// A page by its arguments.
    pub fn new(after: Option<String>, limit: Option<usize>) -> PageQuery {
        PageQuery { after, limit }
    }

    /// The page asked for.
    ///
    /// # Errors
    /// If `after` is no id.
    pub fn page(&self) -> Result<Page<Id>, ApiError> {
        let after = match &self.after {
            None => None,
            Some(text) => Some(text.parse().map_err(|_| {
                ApiError::bad(
                    format!("after=`{text}` is no id"),
                    "use `next` of the page before",
                )
            })?),
        };
        Ok(Page {
            after,
            limit: self.limit.unwrap_or(100).clamp(1, PAGE),
        })
    }
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Listed<T> {
    /// The elements.
    pub items: Vec<T>,
    /// What to ask the next page with; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Id>,
}

impl<T> Listed<T> {
    /// A page; `id` gives the key of an element.
    pub fn new(items: Vec<T>, limit: usize, id: impl Fn(&T) -> Id) -> Listed<T> {
        let next = if items.len() < limit {
            None
        } else {
            items.last().map(id)
        };
        Listed { items, next }
    }
}
