//! Rules of `check` on the command line, by their names.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::inspect::check::rules::{self, RULES, Rule};

/// Takes the names of these rules.
pub(super) fn parser_of(
    which: impl Fn(&Rule) -> bool,
) -> impl TypedValueParser<Value = &'static Rule> {
    let rules = RULES.into_iter().filter(|rule| which(rule));
    PossibleValuesParser::new(rules.map(|rule| PossibleValue::new(rule.name)))
        .try_map(|name| rules::named(&name).ok_or("there is no such rule"))
}
