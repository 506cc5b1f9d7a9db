//! `metafix set` and `metafix unset`: one property of one key.

use std::path::Path;

use anyhow::Result;

use crate::change::error::ChangeError;
use crate::command::proposal;

use super::change::{self, Manner};
use super::edit::{self, Asked};
use super::flag;
use super::get::key_and_property;
use super::open::{Opened, open};
use super::schema::{self, OpenedSchema};
use crate::change::plan::{Action, Request};
use crate::cli::property;
use crate::metabase::error::MetabaseError;
use crate::metabase::flag::meant;
use crate::metabase::locate::{self, KeyParts, KeyPath};
use crate::metabase::property::{Definition, Type, lines};
use crate::metabase::protect;
use crate::metabase::resolve::{PropertyName, Resolved, TypeData, resolve};
use crate::metabase::survey::Survey;
use crate::metabase::value;
use crate::store::Target;
use crate::terminal::console::Console;
use crate::terminal::problem::Exit;

/// Sets a property.
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
    let why = format!("set {} {}", args.key, shown_words(&args.words));
    run(console, file, &args.changing, &why, |opened, schema| {
        let absent = locate::find(&opened.source, &opened.metabase, &args.key).err();
        let split = usize::from(absent.is_none() && !args.words.is_empty());
        let named = args.words[..split].first().map(|word| {
            let Ok(name) = word.parse::<PropertyName>();
            name
        });
        let (key, property) = key_and_property(opened, &args.key, named.as_ref())?;
        let path = args.key.to_string();
        let property = property.ok_or(ChangeError::NoProperty { path })?;
        let mut known = resolved(opened, schema, key, &property, &given);
        let flag = match known {
            Err(MetabaseError::UnknownProperty { .. }) => meant(&schema.schema, &property),
            _ => None,
        };
        if let Some(flag) = &flag {
            known = resolved(opened, schema, key, &flag.property(), &given);
        }
        let resolved = match (known, absent) {
            // With more than one word behind it, it was probably meant for a key.
            (Err(MetabaseError::UnknownProperty { .. }), Some(absent)) if args.words.len() > 1 => {
                return Err(absent.into());
            }
            // A name alone, without any key: nothing says that the computer's own key is meant.
            (Ok(resolved), Some(absent)) if is_new_at_computer(opened, key, &resolved)? => {
                return Err(absent.into());
            }
            (resolved, _) => resolved?,
        };
        let words = &args.words[split..];
        let value = match &flag {
            Some(flag) => flag::value(opened, &schema.schema, key, flag, words),
            None => {
                let row = property.in_schema(&schema.schema);
                value::parse_named(&resolved.definition, row, &resolved.flags, words)
            }
        };
        let value = value.map_err(|refusal| match refusal {
            MetabaseError::NoValue { name, expected, example, .. } => {
                let path = locate::location(&opened.source, &opened.metabase.keys[key]);
                MetabaseError::NoValue { name, path: path.into_owned(), expected, example }
            }
            other => other,
        })?;
        Ok(request(opened, key, resolved, Action::Set(value)))
    })
}

/// Whether it would be new to `/LM`, and is nothing that the schema has there.
fn is_new_at_computer(
    opened: &Opened,
    key: usize,
    resolved: &Resolved,
) -> Result<bool, MetabaseError> {
    let Opened { source, metabase, .. } = opened;
    let key = &metabase.keys[key];
    if resolved.form != locate::Form::Custom || !KeyPath::computer().is_of(source.text(), key) {
        return Ok(false);
    }
    let parts = KeyParts::read(source, key)?;
    Ok(locate::markup(source.text(), &parts, &resolved.definition)?.is_none())
}

/// Removes a property.
///
/// # Errors
/// A [`crate::terminal::problem::Problem`] or a store error.
pub fn unset(console: &mut Console, file: &Path, args: &property::Unset) -> Result<Exit> {
    let word = args.property.as_ref().map(|name| format!(" {}", name.shown()));
    let why = format!("unset {}{}", args.key, word.unwrap_or_default());
    run(console, file, &args.changing, &why, |opened, schema| {
        let (key, property) = key_and_property(opened, &args.key, args.property.as_ref())?;
        let path = args.key.to_string();
        let property = property.ok_or(ChangeError::NoProperty { path })?;
        let known = resolved(opened, schema, key, &property, &TypeData::default());
        let resolved = match known {
            Err(MetabaseError::UnknownProperty { name, .. })
                if let Some(flag) = meant(&schema.schema, &property) =>
            {
                let (path, property) = (args.key.to_string(), flag.row.definition.name.to_string());
                return Err(MetabaseError::IsFlag { name, path, property }.into());
            }
            // What is not there need not be known to be gone.
            Err(MetabaseError::UnknownProperty { name, .. }) => absent(&name),
            other => other?,
        };
        Ok(request(opened, key, resolved, Action::Unset))
    })
}

/// The words of the command line as the list of backups shows them.
fn shown_words(words: &[String]) -> String {
    let line = words.join(" ").replace(['\r', '\n', '\t'], " ");
    match line.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn absent(name: &str) -> Resolved {
    let definition = Definition {
        name: name.to_owned().into(),
        id: 0,
        kind: Type::String,
        user_type: "".into(),
        attributes: "".into(),
    };
    Resolved { definition, form: locate::Form::Custom, flags: Vec::new() }
}

fn resolved(
    opened: &Opened,
    schema: &OpenedSchema,
    key: usize,
    property: &PropertyName,
    given: &TypeData,
) -> Result<Resolved, MetabaseError> {
    let Opened { source, metabase, .. } = opened;
    let secrets = schema.schema.secrets();
    let parts = KeyParts::read(source, &metabase.keys[key])?;
    let survey = Survey::new(source, metabase, &schema.schema);
    let class = parts.element.name(source.text());
    let class_has_it = |name: &str| survey.class_has_attribute(class, name);
    // What must not be set is refused before it is asked what it is.
    match property.in_schema(&schema.schema) {
        Some(row) => protect::check(&row.definition, secrets)?,
        None => {
            let id = property.id().or(given.id).unwrap_or_default();
            let named = absent(&property.shown()).definition;
            protect::check(&Definition { id, ..named }, secrets)?;
        }
    }
    let resolved = resolve(source.text(), &parts, &schema.schema, property, given, class_has_it)?;
    protect::check(&resolved.definition, secrets)?;
    Ok(resolved)
}

fn request(opened: &Opened, key: usize, resolved: Resolved, action: Action) -> Request {
    let location = locate::location(&opened.source, &opened.metabase.keys[key]);
    let (property, form) = (resolved.definition, resolved.form);
    Request { key: KeyPath::exact(location), property, action, form }
}

/// What both commands do around the request.
fn run(
    console: &mut Console,
    file: &Path,
    changing: &property::Changing,
    why: &str,
    request: impl FnOnce(&Opened, &OpenedSchema) -> Result<Request, ChangeError>,
) -> Result<Exit> {
    let target = Target::resolve(file)?;
    let property::Changing { writing, exit_code, schema: asked_schema } = changing;
    change::guarded(console, &target, writing, why, |console, ahead| {
        let opened = open(&target)?;
        let schema = schema::open(target.path(), asked_schema.schema.as_deref())?;
        let request = request(&opened, &schema)
            .map_err(|error| proposal::refused(&target, error, &opened.source))?;
        let proposal = edit::propose(&target, opened, asked(request, why, schema))?;
        let manner = Manner { writing, exit_code: *exit_code, ahead };
        change::carry_out(console, &target, &proposal, manner)
    })
}

fn asked(request: Request, why: &str, schema: OpenedSchema) -> Asked {
    let (key, name) = (&request.key, &request.property.name);
    let (command, unchanged, done) = match &request.action {
        Action::Set(value) => {
            let value = match request.property.kind.is_list() {
                true => lines(value).collect::<Vec<_>>().join(" ¦ "),
                false => value.clone(),
            };
            let value = if value.is_empty() { "empty".to_owned() } else { value };
            (
                "set",
                format!("Nothing to do: {name} of {key} is {value} already."),
                format!("{name} of {key} is {value} now."),
            )
        }
        Action::Unset => (
            "unset",
            format!("Nothing to do: {key} has no {name} of its own."),
            format!("{name} of {key} is gone."),
        ),
    };
    Asked {
        command,
        why: why.to_owned(),
        unchanged,
        done,
        requests: vec![request],
        schema: Some(schema.schema.origin.in_words()),
        warnings: schema.warning.into_iter().collect(),
        names_hidden: true,
    }
}
