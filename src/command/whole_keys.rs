//! `metafix create`, `delete`, `rename` and `copy`: whole keys.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;

use super::change::{self, Manner};
use super::edit::{self, Asked};
use super::open::{Opened, open};
use super::proposal;
use super::schema::{self, OpenedSchema};
use super::set::shown_words;
use crate::change::error::ChangeError;
use crate::change::keys::{Keys, Reference};
use crate::change::plan::Requests;
use crate::change::wanted::{Asker, Filling, Wanted};
use crate::cli::keys::{Copy, Create, Delete, Rename};
use crate::cli::property::Changing;
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{self, Index, KeyPath};
use crate::metabase::resolve::{PropertyName, TypeData};
use crate::store::Target;
use crate::terminal::console::Console;
use crate::terminal::hint::Hint;
use crate::terminal::problem::{Exit, Problem};
use crate::terminal::report::Warning;
use crate::text::source::Source;

/// What a command asks of the engine, and how it speaks of it.
struct Wish {
    requests: Requests,
    warnings: Vec<Warning>,
    unchanged: String,
    done: String,
}

/// Makes a key.
///
/// # Errors
/// A [`crate::terminal::problem::Problem`] or a store error.
pub fn create(console: &mut Console, file: &Path, args: &Create) -> Result<Exit> {
    let words = args.properties.iter().map(|(name, value)| format!("{name}={value}"));
    let why = format!("create {} {}", args.key, shown_words(&words.collect::<Vec<_>>()));
    run(console, file, &args.changing, ("create", why.trim_end()), |opened, schema| {
        let Opened { source, metabase, .. } = opened;
        let keys = Keys::new(source, metabase);
        let class = args.class.as_deref();
        let mut new = keys.create(&args.key, class, args.parents, &BTreeSet::new())?;
        let asker = Asker::new(source, metabase, &schema.schema);
        let mut properties: BTreeMap<&str, (usize, Vec<String>)> = BTreeMap::new();
        for (place, (name, value)) in args.properties.iter().enumerate() {
            let (_, words) = properties.entry(name).or_insert((place, Vec::new()));
            words.push(value.clone());
        }
        let named = |(name, asked): (&str, _)| match name.parse::<PropertyName>() {
            Ok(name) => (name, asked),
        };
        let mut properties: Vec<_> = properties.into_iter().map(named).collect();
        // A flag is put into what its property was given.
        properties.sort_by_key(|(name, (place, _))| (asker.is_flag(name), *place));
        if let Some(key) = new.last_mut() {
            let mut filling = Filling::of(key);
            for (name, (_, words)) in properties {
                asker.put(&mut filling, &name, &TypeData::default(), &Wanted::Value(words))?;
            }
            filling.finish();
        }
        let path = &args.key;
        let more = new.len() - 1;
        let done = match more {
            0 => format!("{path} is made."),
            1 => format!("{path} is made, and the key above it."),
            more => format!("{path} is made, and {more} keys above it."),
        };
        let requests = Requests { new, ..Requests::default() };
        Ok(Wish { requests, warnings: Vec::new(), unchanged: String::new(), done })
    })
}

/// Deletes keys.
///
/// # Errors
/// A [`crate::terminal::problem::Problem`] or a store error.
pub fn delete(console: &mut Console, file: &Path, args: &Delete) -> Result<Exit> {
    let words: Vec<_> = args.keys.iter().map(ToString::to_string).collect();
    let why = format!("delete {}", shown_words(&words));
    run(console, file, &args.changing, ("delete", &why), |opened, _| {
        let Opened { source, metabase, secrets } = opened;
        let index = Index::new(source, metabase);
        let keys = Keys::new(source, metabase).by(&index);
        let path = |key: usize| KeyPath::exact(locate::location(source, &metabase.keys[key]));
        let mut gone = BTreeSet::new();
        let mut named = BTreeSet::new();
        for wanted in &args.keys {
            let found = locate::matching(source, metabase, wanted);
            if found.is_empty() || !wanted.is_pattern() {
                gone.extend(keys.delete(wanted, args.recursive)?);
                named.insert(index.find(wanted)?);
            }
            for key in found.into_iter().filter(|_| wanted.is_pattern()) {
                gone.extend(keys.delete(&path(key), args.recursive)?);
                named.insert(key);
            }
        }
        let paths: Vec<_> = named.iter().map(|key| path(*key)).collect();
        let mut warnings = Vec::new();
        let below = gone.len() - named.len();
        if below > 0 {
            let list = gone.iter().filter(|key| !named.contains(key)).map(|key| path(*key));
            warnings.push(Warning {
                name: "keys-below",
                message: format!("{} below {} too: {}", counted(below), go(below), some(list)),
            });
        }
        let references = keys.references(&paths, &gone, secrets)?;
        warnings.extend(references.iter().map(|reference| refers(reference, "no longer there")));
        let done = match gone.len() {
            1 => format!("{} was deleted.", paths[0]),
            count => format!("{} were deleted.", counted(count)),
        };
        let requests = Requests { gone, ..Requests::default() };
        Ok(Wish { requests, warnings, unchanged: String::new(), done })
    })
}

/// Renames a key.
///
/// # Errors
/// A [`crate::terminal::problem::Problem`] or a store error.
pub fn rename(console: &mut Console, file: &Path, args: &Rename) -> Result<Exit> {
    let why = format!("rename {} {}", args.key, shown_words(std::slice::from_ref(&args.name)));
    run(console, file, &args.changing, ("rename", &why), |opened, _| {
        let Opened { source, metabase, secrets } = opened;
        let keys = Keys::new(source, metabase);
        let requests = keys.rename(&args.key, &args.name)?;
        let key = locate::find(source, metabase, &args.key)?;
        let now = requests.renamed.get(&key).cloned().unwrap_or_default();
        let was = locate::location(source, &metabase.keys[key]);
        let mut warnings = Vec::new();
        let below = requests.renamed.len() - 1;
        if below > 0 && *was != now {
            let message = format!("{} below it {} along", counted(below), moves(below));
            warnings.push(Warning { name: "keys-below", message });
        }
        if !args.key.is(&now) {
            let paths = std::slice::from_ref(&args.key);
            let references = keys.references(paths, &BTreeSet::new(), secrets)?;
            let to = format!("named {now} now");
            warnings.extend(references.iter().map(|reference| refers(reference, &to)));
        }
        let unchanged = format!("Nothing to do: the key is named {now} already.");
        let done = format!("{was} is {now} now.");
        Ok(Wish { requests, warnings, unchanged, done })
    })
}

/// Copies a key.
///
/// # Errors
/// A [`crate::terminal::problem::Problem`] or a store error.
pub fn copy(console: &mut Console, file: &Path, args: &Copy) -> Result<Exit> {
    let why = format!("copy {} {}", args.from, args.to);
    run(console, file, &args.changing, ("copy", &why), |opened, schema| {
        let Opened { source, metabase, .. } = opened;
        let keys = Keys::new(source, metabase);
        let copied = keys.copy(&args.from, &args.to, &schema.schema)?;
        let warnings = copied.left_out.iter().map(|(key, name)| Warning {
            name: "left-out",
            message: format!("{name} of {key} is not copied: set it anew where it is needed"),
        });
        let count = copied.new.len();
        let done = match count {
            1 => format!("{} is a copy of {}.", args.to, args.from),
            count => format!("{} is a copy of {}, {} in all.", args.to, args.from, counted(count)),
        };
        let warnings = warnings.collect();
        let requests = Requests { new: copied.new, ..Requests::default() };
        Ok(Wish { requests, warnings, unchanged: String::new(), done })
    })
}

/// What all of them do around the requests.
fn run(
    console: &mut Console,
    file: &Path,
    changing: &Changing,
    (command, why): (&'static str, &str),
    wish: impl Fn(&Opened, &OpenedSchema) -> Result<Wish, ChangeError>,
) -> Result<Exit> {
    let target = Target::resolve(file)?;
    let Changing { writing, exit_code, schema: asked_schema } = changing;
    change::guarded(console, &target, writing, why, |console, ahead| {
        let opened = open(&target)?;
        let schema = schema::open(target.path(), asked_schema.schema.as_deref())?;
        let Wish { requests, mut warnings, unchanged, done } = wish(&opened, &schema)
            .map_err(|error| refused(&target, command, error, &opened.source))?;
        warnings.extend(schema.warning);
        let asked = Asked {
            command,
            why: why.to_owned(),
            unchanged,
            done,
            requests,
            warnings,
            schema: Some(schema.schema.origin.in_words()),
            names_hidden: false,
        };
        let proposal = edit::propose(&target, opened, asked)?;
        let manner = Manner { writing, exit_code: *exit_code, ahead };
        change::carry_out(console, &target, &proposal, manner)
    })
}

/// Why not; a property of a new key has no options of its own.
fn refused(target: &Target, command: &str, error: ChangeError, source: &Source) -> Problem {
    let is_unknown = matches!(
        error,
        ChangeError::Metabase(MetabaseError::UnknownProperty { similar: None, .. })
    );
    let told = proposal::refused(target, error, source);
    if !is_unknown || command != "create" {
        return told;
    }
    let hint = Hint::say(
        "is the name right? If so, name the server's MBSchema.xml with --schema, or make the key \
         without it and `set` it there with --id, --type, --user-type and --attributes",
    );
    Problem { hint, ..told }
}

fn counted(count: usize) -> String {
    if count == 1 { "1 key".into() } else { format!("{count} keys") }
}

fn go(count: usize) -> &'static str {
    if count == 1 { "goes" } else { "go" }
}

fn moves(count: usize) -> &'static str {
    if count == 1 { "moves" } else { "move" }
}

/// The first few of them.
fn some(paths: impl Iterator<Item = KeyPath>) -> String {
    const NAMED: usize = 20;
    let mut all: Vec<String> = paths.take(NAMED + 1).map(|path| path.to_string()).collect();
    if all.len() > NAMED {
        all.truncate(NAMED);
        all.push("…".into());
    }
    all.join(", ")
}

fn refers(reference: &Reference, what: &str) -> Warning {
    let Reference { location, property, value, line } = reference;
    Warning {
        name: "refers",
        message: format!("{property} of {location} in line {line} refers to {value}, {what}"),
    }
}
