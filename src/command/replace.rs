//! `metafix replace`: one text for another in every value.

use std::path::Path;

use anyhow::Result;

use super::change::{self, Manner};
use super::edit::{self, Asked};
use super::open::open;
use super::proposal;
use super::schema;
use super::set::shown_words;
use crate::change::error::ChangeError;
use crate::change::replace::{Replacement, alike};
use crate::cli::property::{Changing, Replace};
use crate::metabase::locate;
use crate::store::Target;
use crate::terminal::console::Console;
use crate::terminal::problem::Exit;
use crate::terminal::report::Warning;
use crate::xml;

/// Replaces a text.
///
/// # Errors
/// A [`crate::terminal::problem::Problem`] or a store error.
pub fn run(console: &mut Console, file: &Path, args: &Replace) -> Result<Exit> {
    let target = Target::resolve(file)?;
    let why = format!("replace {}", shown_words(&[args.old.clone(), args.new.clone()]));
    let Changing { writing, exit_code, schema: asked_schema } = &args.changing;
    change::guarded(console, &target, writing, &why, |console, ahead| {
        let opened = open(&target)?;
        let schema = schema::open(target.path(), asked_schema.schema.as_deref())?;
        let refused = |error: ChangeError| proposal::refused(&target, error, &opened.source);
        let is_line =
            |text: &str| text.chars().all(|one| xml::is_allowed(one) && !one.is_control());
        for text in [&args.old, &args.new] {
            if !is_line(text) {
                return Err(refused(ChangeError::NoText { text: text.clone() }).into());
            }
        }
        if let Some(under) = &args.under {
            locate::find(&opened.source, &opened.metabase, under)
                .map_err(|error| refused(error.into()))?;
        }
        let (old, new) = match args.text {
            true => (&*args.old, &*args.new),
            false => alike(&args.old, &args.new),
        };
        let replacement = Replacement {
            old,
            new,
            plain: args.text,
            only: &args.property,
            under: args.under.as_ref(),
        };
        let replaced = replacement
            .requests(&opened.source, &opened.metabase, &schema.schema)
            .map_err(|error| refused(error.into()))?;
        let counts: Vec<_> =
            replaced.counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
        let count = replaced.requests.len();
        let values = if count == 1 { "1 value".into() } else { format!("{count} values") };
        let mut warnings: Vec<_> = schema.warning.into_iter().collect();
        if count > 0 {
            let message = format!("{values} will change: {}", counts.join(", "));
            warnings.push(Warning { name: "values", message });
        }
        let asked = Asked {
            command: "replace",
            why: why.clone(),
            unchanged: format!("Nothing to do: no value holds \"{}\".", args.old),
            done: format!("\"{}\" is \"{}\" now in {values}.", args.old, args.new),
            requests: replaced.requests.into(),
            warnings,
            schema: Some(schema.schema.origin.in_words()),
            names_hidden: false,
        };
        let proposal = edit::propose(&target, opened, asked)?;
        let manner = Manner { writing, exit_code: *exit_code, ahead };
        change::carry_out(console, &target, &proposal, manner)
    })
}
