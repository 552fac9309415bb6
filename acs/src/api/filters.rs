//! Which devices a request means: a query, and the plain conditions that were there before it.

use super::error::ApiError;
use crate::clock;
use crate::query::{Query, QueryError};
use crate::store::{DeviceFilter, Scope, Selector};

impl From<QueryError> for ApiError {
    fn from(error: QueryError) -> ApiError {
        ApiError::bad(&error, &error.fix)
    }
}

/// The conditions of a request. All that are given must hold.
#[derive(Debug, Default)]
pub(super) struct Conditions<'a> {
    pub q: Option<&'a str>,
    pub contains: Option<&'a str>,
    pub product_class: Option<&'a str>,
    pub software_version: Option<&'a str>,
    pub tag: Option<&'a str>,
    pub serial_number: Option<&'a str>,
}

impl Conditions<'_> {
    /// As the store is asked by somebody with this scope.
    ///
    /// # Errors
    /// If the query cannot be read.
    pub fn filter(&self, scope: &Scope) -> Result<DeviceFilter, ApiError> {
        let list = |value: Option<&str>| value.map(str::to_owned).into_iter().collect();
        Ok(DeviceFilter {
            selector: Selector {
                product_class: list(self.product_class),
                software_version: list(self.software_version),
                tags: list(self.tag),
                serial_number: list(self.serial_number),
                query: self.q.map(Query::parse).transpose()?,
            },
            contains: self.contains.map(str::to_owned),
            now: clock::now(),
            scope: scope.clone(),
        })
    }
}

/// Arguments of an address with those of [`Conditions`] among them.
macro_rules! arguments {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $ty:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Default, serde::Deserialize, schemars::JsonSchema)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            /// A query.
            q: Option<String>,
            /// The identity contains this text.
            contains: Option<String>,
            /// The product class is this.
            product_class: Option<String>,
            /// The firmware version is this.
            software_version: Option<String>,
            /// The device has this tag.
            tag: Option<String>,
            /// The serial number is this.
            serial_number: Option<String>,
            $($(#[$field_doc])* $field: $ty,)*
        }

        impl $name {
            fn filter(
                &self,
                scope: &$crate::store::Scope,
            ) -> Result<$crate::store::DeviceFilter, $crate::api::error::ApiError> {
                let conditions = $crate::api::filters::Conditions {
                    q: self.q.as_deref(),
                    contains: self.contains.as_deref(),
                    product_class: self.product_class.as_deref(),
                    software_version: self.software_version.as_deref(),
                    tag: self.tag.as_deref(),
                    serial_number: self.serial_number.as_deref(),
                };
                conditions.filter(scope)
            }
        }
    };
}

pub(super) use arguments;
