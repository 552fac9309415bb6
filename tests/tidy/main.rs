//! House rules that are checked rather than remembered: arrows between crates, purity, sizes, documents.

mod budgets;
mod conformance;
mod documents;
mod layering;
mod tree;
