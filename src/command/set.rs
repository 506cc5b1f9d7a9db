//! `metafix set` and `metafix unset`: one property of a key, or of many.

use std::path::Path;

use anyhow::Result;

use super::change::{self, Manner};
use super::edit::{self, Asked};
use super::get::keys_and_property;
use super::open::{Opened, open};
use super::proposal;
use super::schema::{self, OpenedSchema};
use crate::change::error::ChangeError;
use crate::change::plan::{Action, Request};
use crate::change::wanted::{AskedKey, Asker, Remark, Wanted};
use crate::cli::property;
use crate::metabase::address_list::AddressList;
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{self, Form, KeyPath};
use crate::metabase::property::{Type, lines};
use crate::metabase::resolve::{PropertyName, TypeData};
use crate::metabase::value::NotDone;
use crate::store::Target;
use crate::terminal::console::Console;
use crate::terminal::problem::Exit;
use crate::terminal::report::Warning;

/// Sets a property, or edits the entries of a list.
///
/// # Errors
/// A [`crate::terminal::problem::Problem`] or a store error.
pub fn set(console: &mut Console, file: &Path, args: &property::Set) -> Result<Exit> {
    let given = TypeData {
        id: args.id,
        kind: args.kind,
        user_type: args.user_type.clone(),
        attributes: args.attributes.clone(),
    };
    let entries = args.entries();
    let words = [&args.words[..], &args.entry_words()].concat();
    let why = format!("set {} {}", args.key, shown_words(&words));
    run(console, file, &args.changing, &why, |opened, schema| {
        let is_there = !locate::matching(&opened.source, &opened.metabase, &args.key).is_empty();
        let split = usize::from(is_there && !args.words.is_empty());
        let named = args.words[..split].first().map(|word| {
            let Ok(name) = word.parse::<PropertyName>();
            name
        });
        let (keys, property) = keys_and_property(opened, &args.key, named.as_ref())?;
        let path = args.key.to_string();
        let property = property.ok_or(ChangeError::NoProperty { path })?;
        let wanted = match (&entries, &args.words[split..]) {
            (None, words) => Wanted::Value(words.to_vec()),
            (Some(entries), []) => Wanted::Entries(entries.clone()),
            (Some(_), _) => return Err(ChangeError::ValueAndEntries),
        };
        let asked = requests(opened, schema, &keys, &property, &given, &wanted);
        let absent = || MetabaseError::KeyAbsent { path: args.key.to_string() };
        match asked {
            // With more than one word after it, it was probably meant for a key.
            Err(MetabaseError::UnknownProperty { .. }) if !is_there && args.words.len() > 1 => {
                Err(absent().into())
            }
            // A name alone, without any key: nothing says that the computer's own key is meant.
            Ok(asked) if !is_there && asked.is_new_at_computer(opened)? => Err(absent().into()),
            asked => Ok(asked?),
        }
    })
}

/// Removes a property.
///
/// # Errors
/// A [`crate::terminal::problem::Problem`] or a store error.
pub fn unset(console: &mut Console, file: &Path, args: &property::Unset) -> Result<Exit> {
    let word = args.property.as_ref().map(|name| format!(" {}", name.shown()));
    let why = format!("unset {}{}", args.key, word.unwrap_or_default());
    run(console, file, &args.changing, &why, |opened, schema| {
        let (keys, property) = keys_and_property(opened, &args.key, args.property.as_ref())?;
        let path = args.key.to_string();
        let property = property.ok_or(ChangeError::NoProperty { path })?;
        let given = TypeData::default();
        Ok(requests(opened, schema, &keys, &property, &given, &Wanted::Absent)?)
    })
}

/// The words of the command line as the list of backups shows them.
pub fn shown_words(words: &[String]) -> String {
    let line = words.join(" ").replace(['\r', '\n', '\t'], " ");
    match line.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// What is asked of the keys, and what else to say.
struct Requested {
    requests: Vec<Request>,
    remarks: Vec<(KeyPath, Remark)>,
    /// The keys whose class cannot have the property.
    left_out: Vec<KeyPath>,
    property: String,
}

impl Requested {
    /// Whether it would be new to `/LM`, and is nothing that the schema has there.
    fn is_new_at_computer(&self, opened: &Opened) -> Result<bool, MetabaseError> {
        let Opened { source, metabase, .. } = opened;
        let [Request { key, property, form: Form::Custom, .. }] = &self.requests[..] else {
            return Ok(false);
        };
        if !key.is(KeyPath::computer().as_str()) {
            return Ok(false);
        }
        let key = &metabase.keys[locate::find(source, metabase, key)?];
        let parts = locate::KeyParts::read(source, key)?;
        Ok(locate::markup(source.text(), &parts, property)?.is_none())
    }
}

fn requests(
    opened: &Opened,
    schema: &OpenedSchema,
    keys: &[usize],
    property: &PropertyName,
    given: &TypeData,
    wanted: &Wanted,
) -> Result<Requested, MetabaseError> {
    let Opened { source, metabase, .. } = opened;
    let asker = Asker::new(source, metabase, &schema.schema);
    let property_name = property.in_schema(&schema.schema);
    let property_name =
        property_name.map_or_else(|| property.shown(), |row| row.definition.name.to_string());
    let (requests, remarks, left_out) = Default::default();
    let mut asked = Requested { requests, remarks, left_out, property: property_name };
    for key in keys {
        if keys.len() > 1 && !asker.can_have(*key, property)? {
            let location = locate::location(source, &metabase.keys[*key]);
            asked.left_out.push(KeyPath::exact(location));
            continue;
        }
        let parts = asker.parts(*key)?;
        let at = AskedKey::of(*key, source.text(), &parts);
        let found = asker.request(&at, property, given, wanted, &[])?;
        let path = &found.request.key;
        asked.remarks.extend(found.remarks.into_iter().map(|remark| (path.clone(), remark)));
        asked.requests.push(found.request);
    }
    Ok(asked)
}

/// What both commands do around the requests.
fn run(
    console: &mut Console,
    file: &Path,
    changing: &property::Changing,
    why: &str,
    requests: impl Fn(&Opened, &OpenedSchema) -> Result<Requested, ChangeError>,
) -> Result<Exit> {
    let target = Target::resolve(file)?;
    let property::Changing { writing, exit_code, schema: asked_schema } = changing;
    change::guarded(console, &target, writing, why, |console, ahead| {
        let opened = open(&target)?;
        let schema = schema::open(target.path(), asked_schema.schema.as_deref())?;
        let requested = requests(&opened, &schema)
            .map_err(|error| proposal::refused(&target, error, &opened.source))?;
        let proposal = edit::propose(&target, opened, asked(requested, why, schema))?;
        let manner = Manner { writing, exit_code: *exit_code, ahead };
        change::carry_out(console, &target, &proposal, manner)
    })
}

fn asked(requested: Requested, why: &str, schema: OpenedSchema) -> Asked {
    let Requested { requests, remarks, left_out, property } = requested;
    let keys = match &requests[..] {
        [one] => one.key.to_string(),
        all => format!("{} keys", all.len()),
    };
    let name = requests.first().map_or(property, |request| request.property.name.to_string());
    let set = requests.iter().find_map(|request| match &request.action {
        Action::Set(value) => Some(shown(&request.property.kind, value)),
        Action::Unset => None,
    });
    let same = requests.windows(2).all(|pair| pair[0].action == pair[1].action);
    let (command, unchanged, done) = match set {
        Some(value) if same => (
            "set",
            format!("Nothing to do: {name} of {keys} is {value} already."),
            format!("{name} of {keys} is {value} now."),
        ),
        Some(_) => (
            "set",
            format!("Nothing to do: {name} of {keys} is as asked already."),
            format!("{name} of {keys} is as asked now."),
        ),
        None => (
            "unset",
            format!("Nothing to do: {keys} has no {name} of its own."),
            format!("{name} of {keys} was removed."),
        ),
    };
    let mut warnings: Vec<_> = schema.warning.into_iter().collect();
    warnings.extend(remarks.iter().map(|(key, remark)| warning(key, &name, remark)));
    warnings.extend(left_out_warning(&name, &left_out));
    Asked {
        command,
        why: why.to_owned(),
        unchanged,
        done,
        requests: requests.into(),
        schema: Some(schema.schema.origin.in_words()),
        warnings,
        names_hidden: true,
    }
}

/// A value in a sentence.
fn shown(kind: &Type, value: &str) -> String {
    match kind {
        Type::IpSecList => AddressList::of(value).to_string(),
        _ if value.is_empty() => "empty".to_owned(),
        kind if kind.is_list() => lines(value).collect::<Vec<_>>().join(" ¦ "),
        _ => value.to_owned(),
    }
}

/// What a remark says.
#[must_use]
pub fn warning(key: &KeyPath, name: &str, remark: &Remark) -> Warning {
    match remark {
        Remark::NotDone(NotDone::There(entry)) => Warning {
            name: "already-there",
            message: format!("\"{entry}\" is already in {name} of {key}"),
        },
        Remark::NotDone(NotDone::Absent(entry)) => {
            Warning { name: "not-there", message: format!("\"{entry}\" is not in {name} of {key}") }
        }
        Remark::Copied { name, location, from } => Warning {
            name: "list-copied",
            message: format!(
                "{location} inherited {name} from {from}; it gets its own list, a copy of that one \
                 with this change"
            ),
        },
    }
}

fn left_out_warning(name: &str, left_out: &[KeyPath]) -> Option<Warning> {
    const NAMED: usize = 5;
    let first = left_out.first()?;
    let mut named = left_out.iter().take(NAMED).map(ToString::to_string).collect::<Vec<_>>();
    if left_out.len() > NAMED {
        named.push("…".into());
    }
    let message = match left_out.len() {
        1 => format!("{first} cannot have {name} and was left out"),
        count => format!("{count} keys cannot have {name} and were left out: {}", named.join(", ")),
    };
    Some(Warning { name: "left-out", message })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_are_left_out_are_counted_and_the_first_are_named() {
        let keys: Vec<_> = (1..=7).map(KeyPath::smtp_server).collect();
        let message = |count| left_out_warning("P", &keys[..count]).map(|one| one.message);
        assert_eq!(message(0), None);
        assert_eq!(message(1).as_deref(), Some("/LM/SmtpSvc/1 cannot have P and was left out"));
        let many = message(7).expect("there are some");
        assert!(many.starts_with("7 keys") && many.ends_with("/LM/SmtpSvc/5, …"), "{many}");
    }
}
