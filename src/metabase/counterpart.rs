//! Which properties of two keys are the same one.
//!
//! Owns the order in which that is found out: by name, then, of those that are left, by ID. Looks
//! at each property once or twice, however many there are.

use std::collections::HashMap;
use std::hash::Hash;

/// What a property is known by.
pub type Identity<'a> = (&'a str, Option<u32>);

/// For each of these the place of its counterpart among the others, which is nobody else's. What
/// is there several times is paired in the order of the file.
#[must_use]
pub fn counterparts(these: &[Identity<'_>], others: &[Identity<'_>]) -> Vec<Option<usize>> {
    let mut pairs = Pairs { found: vec![None; these.len()], free: vec![true; others.len()] };
    pairs.find(these, others, |(name, _)| Some(*name));
    // The same ID under two names is one property that was renamed.
    pairs.find(these, others, |(_, id)| *id);
    pairs.found
}

struct Pairs {
    found: Vec<Option<usize>>,
    free: Vec<bool>,
}

impl Pairs {
    /// Pairs those that are left and have the same key.
    fn find<'a, K: Eq + Hash + Copy>(
        &mut self,
        these: &[Identity<'a>],
        others: &[Identity<'a>],
        key: impl Fn(&Identity<'a>) -> Option<K>,
    ) {
        if !self.found.contains(&None) || !self.free.contains(&true) {
            return;
        }
        let (mut first, mut next) = (HashMap::new(), vec![None; others.len()]);
        for (place, other) in others.iter().enumerate().rev().filter(|(at, _)| self.free[*at]) {
            if let Some(key) = key(other) {
                next[place] = first.insert(key, place);
            }
        }
        for (one, pair) in these.iter().zip(&mut self.found).filter(|(_, pair)| pair.is_none()) {
            let Some(key) = key(one) else { continue };
            let Some(place) = first.remove(&key) else { continue };
            first.extend(next[place].map(|next| (key, next)));
            self.free[place] = false;
            *pair = Some(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_one_counterpart_by_name_else_by_id() {
        let these = [("A", None), ("B", Some(2)), ("A", Some(1)), ("New", Some(3)), ("", None)];
        let others = [("A", Some(1)), ("Old", Some(3)), ("A", None), ("A", Some(1)), ("C", None)];
        let found = counterparts(&these, &others);
        assert_eq!(found, [Some(0), None, Some(2), Some(1), None]);
        assert_eq!(counterparts(&others, &these), [Some(0), Some(3), Some(2), None, None]);
        assert_eq!(counterparts(&[], &others), []);
        assert_eq!(counterparts(&these, &[]), [None; 5]);
    }
}
