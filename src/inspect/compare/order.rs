//! The order of paths.

use std::cmp::Ordering;

use crate::metabase::property::dword;

/// The order of paths: a key before the keys below it, numbers by their value.
pub(super) fn by_path(left: &str, right: &str) -> Ordering {
    let parts = left.split('/').zip(right.split('/'));
    let mut orders = parts.map(|(left, right)| match (dword(left), dword(right)) {
        (Some(a), Some(b)) => a.cmp(&b).then_with(|| left.cmp(right)),
        _ => left.cmp(right),
    });
    let unequal = orders.find(|order| order.is_ne());
    unequal.unwrap_or_else(|| left.split('/').count().cmp(&right.split('/').count()))
}
