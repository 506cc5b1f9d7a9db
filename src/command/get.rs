//! `metafix get`: what holds at a key, and from where.

use std::path::Path;

use anyhow::Result;

use crate::command::proposal;
use serde::Serialize;

use super::open::{Opened, open};
use super::schema::{self, OpenedSchema, Used};
use crate::cli::property;
use crate::metabase::address_list::AddressList;
use crate::metabase::error::MetabaseError;
use crate::metabase::flag::{self, Flag};
use crate::metabase::locate::{self, KeyPath, Nearest};
use crate::metabase::property::Type;
use crate::metabase::resolve::PropertyName;
use crate::metabase::secrets::MASK;
use crate::metabase::survey::{Stated, Survey};
use crate::store::Target;
use crate::terminal::console::{Console, STRONG};
use crate::terminal::problem::Exit;
use crate::terminal::report::{self, SCHEMA_VERSION};
use crate::text::escape;

/// The JSON object of `get`.
#[derive(Serialize)]
struct Envelope {
    schema_version: u32,
    command: &'static str,
    changed: bool,
    file: String,
    schema: Used,
    #[serde(flatten)]
    got: OneOrMany,
}

#[derive(Serialize)]
#[serde(untagged)]
enum OneOrMany {
    One(Got),
    /// Where the path has a `*`.
    Many {
        keys: Vec<Got>,
    },
}

#[derive(Serialize)]
struct Got {
    key: String,
    class: String,
    /// The flag that was asked for; its property is the one below.
    #[serde(skip_serializing_if = "Option::is_none")]
    flag: Option<GotFlag>,
    properties: Vec<Row>,
}

/// A single flag.
#[derive(Serialize)]
struct GotFlag {
    name: String,
    bit: u32,
    set: bool,
}

/// A property, as `get` and `find` show it.
#[derive(Serialize)]
pub struct Row {
    property: String,
    id: Option<u32>,
    #[serde(rename = "type")]
    kind: Option<String>,
    user_type: Option<String>,
    attributes: Option<String>,
    /// Nothing where it is a secret.
    value: Option<String>,
    /// The value in names, where a number has them.
    names: Option<String>,
    /// The lines of a list.
    values: Option<Vec<String>>,
    /// The addresses of an address list, where its layout is published.
    addresses: Option<Vec<String>>,
    /// What an address list says.
    meaning: Option<String>,
    secret: bool,
    form: &'static str,
    line: usize,
    /// The key that states it.
    stated_at: String,
    inheritable: bool,
}

impl Row {
    /// A property as it is shown, its value masked where it is a secret.
    #[must_use]
    pub fn of(stated: &Stated) -> Self {
        let known = |word: &str| (!word.is_empty()).then(|| word.to_owned());
        let kind = Type::of(&stated.kind);
        let secret = stated.secret;
        let open = Some(&stated.value).filter(|_| !secret);
        let is_list = kind.is_some_and(Type::is_list);
        let is_addresses = kind == Some(Type::IpSecList);
        let list = open.filter(|_| is_addresses).map(|hex| AddressList::of(hex));
        Self {
            property: stated.name.clone(),
            id: Some(stated.id).filter(|id| *id != 0),
            kind: known(&stated.kind),
            user_type: known(&stated.user_type),
            attributes: known(&stated.attributes),
            value: open.cloned(),
            names: stated.names.clone().filter(|_| !secret),
            values: open.filter(|_| is_list).map(|v| v.lines().map(str::to_owned).collect()),
            addresses: list
                .as_ref()
                .and_then(AddressList::addresses)
                .map(|addresses| addresses.iter().map(ToString::to_string).collect()),
            meaning: list.map(|list| list.to_string()),
            secret,
            form: stated.form.name(),
            line: stated.line,
            stated_at: stated.location.clone(),
            inheritable: stated.is_inheritable(),
        }
    }

    /// The value on one line.
    #[must_use]
    pub fn shown(&self) -> String {
        match (&self.value, &self.values, &self.meaning) {
            (None, ..) => MASK.to_owned(),
            (Some(_), _, Some(meaning)) => meaning.clone(),
            (Some(value), ..) if value.is_empty() => "\"\"".to_owned(),
            (_, Some(lines), _) => escape::escaped(&lines.join(" ¦ ")).into_owned(),
            (Some(value), None, None) => {
                let value = shortened(&escape::escaped(value).replace('\t', " "));
                match &self.names {
                    Some(names) => format!("{value} ({names})"),
                    None => value,
                }
            }
        }
    }
}

fn shortened(value: &str) -> String {
    const LIMIT: usize = 60;
    match value.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}

/// The keys that are meant and the property, which may come after the key, as adsutil has it.
/// There is at least one key, and more than one only where a name in the path is `*`.
///
/// # Errors
/// Those of [`locate::find`].
pub fn keys_and_property(
    opened: &Opened,
    key: &KeyPath,
    property: Option<&PropertyName>,
) -> Result<(Vec<usize>, Option<PropertyName>), MetabaseError> {
    let Opened { source, metabase, .. } = opened;
    let find = |key: &KeyPath| match locate::matching(source, metabase, key) {
        found if found.is_empty() || !key.is_pattern() => {
            locate::find(source, metabase, key).map(|found| vec![found])
        }
        found => Ok(found),
    };
    let absent = match find(key) {
        Ok(found) => return Ok((found, property.cloned())),
        Err(refusal) => refusal,
    };
    // A number after a key is another key: the servers of a service are numbered.
    let is_name = |name: &str| name != "*" && !name.bytes().all(|byte| byte.is_ascii_digit());
    let behind = key.parent().filter(|(_, name)| property.is_none() && is_name(name));
    if let (MetabaseError::KeyAbsent { .. }, Some((above, name))) = (&absent, behind)
        && let Ok(found) = find(&above)
    {
        let Ok(property) = name.parse();
        return Ok((found, Some(property)));
    }
    Err(absent)
}

/// Shows what holds at a key.
///
/// # Errors
/// A [`crate::terminal::problem::Problem`] or a store error.
pub fn run(console: &mut Console, file: &Path, args: &property::Get) -> Result<Exit> {
    let target = Target::resolve(file)?;
    let opened = open(&target)?;
    let schema = schema::open(target.path(), args.schema.schema.as_deref())?;
    schema::warn(console, &schema)?;
    let refused = |refusal: MetabaseError| proposal::refused(&target, refusal, &opened.source);
    let (keys, wanted) =
        keys_and_property(&opened, &args.key, args.property.as_ref()).map_err(refused)?;
    let survey = Survey::new(&opened.source, &opened.metabase, &schema.schema);
    let mut all = Vec::new();
    let mut absent = None;
    for key in keys {
        let mut stated = survey.stated(key).map_err(refused)?;
        stated.extend(survey.inherited(key).map_err(refused)?);
        let location = survey.path(key).to_string();
        // What is there under the name is no flag.
        let flag =
            wanted.as_ref().filter(|wanted| !stated.iter().any(|s| wanted.is(&s.name, s.id)));
        let flag = flag.and_then(|wanted| flag::meant(&schema.schema, wanted));
        if let Some(wanted) = flag.as_ref().map(Flag::property).as_ref().or(wanted.as_ref()) {
            stated = match only(stated, wanted, &schema, &location) {
                Ok(stated) => stated,
                Err(refusal) => {
                    absent.get_or_insert(refusal);
                    continue;
                }
            };
        }
        let flag = flag.map(|flag| GotFlag {
            name: flag.name.to_owned(),
            bit: flag.bit,
            set: stated.iter().any(|stated| flag.is_in(&stated.value)),
        });
        let properties = stated.iter().map(Row::of).collect();
        all.push(Got { key: location, class: survey.class(key).to_owned(), flag, properties });
    }
    if let Some(absent) = absent.filter(|_| all.is_empty()) {
        let is_split = args.property.is_none() && wanted.is_some();
        let near = || locate::nearest(&opened.source, &opened.metabase, args.key.as_str());
        let absent = match absent {
            // Perhaps it was no property, but a key that is spelt another way.
            MetabaseError::PropertyAbsent { similar: None, default: None, .. }
                if is_split && matches!(near(), Nearest::Paths(paths) if !paths.is_empty()) =>
            {
                MetabaseError::KeyAbsent { path: args.key.to_string() }
            }
            absent => absent,
        };
        return Err(refused(absent).into());
    }
    if console.is_text() {
        for got in &all {
            match &wanted {
                Some(_) => one(console, got, &schema)?,
                None => listed(console, got, &schema)?,
            }
        }
        return Ok(Exit::Success);
    }
    let envelope = Envelope {
        schema_version: SCHEMA_VERSION,
        command: "get",
        changed: false,
        file: target.asked().to_string_lossy().into_owned(),
        schema: Used::of(&schema.schema),
        got: match <[Got; 1]>::try_from(all) {
            Ok([one]) if !args.key.is_pattern() => OneOrMany::One(one),
            Ok(one) => OneOrMany::Many { keys: one.into() },
            Err(keys) => OneOrMany::Many { keys },
        },
    };
    report::json(console, &envelope)?;
    Ok(Exit::Success)
}

fn only(
    mut stated: Vec<Stated>,
    wanted: &PropertyName,
    schema: &OpenedSchema,
    location: &str,
) -> Result<Vec<Stated>, MetabaseError> {
    let row = wanted.in_schema(&schema.schema);
    stated.retain(|one| {
        wanted.is(&one.name, one.id) || row.is_some_and(|row| row.definition.name == one.name)
    });
    if stated.is_empty() {
        let name = row.map_or_else(|| wanted.shown(), |row| row.definition.name.to_string());
        let default = row.and_then(|row| row.default.clone());
        let similar = if row.is_some() { None } else { schema.schema.similar(&name) };
        let path = location.to_owned();
        return Err(MetabaseError::PropertyAbsent { name, path, default, similar });
    }
    Ok(stated)
}

fn one(console: &mut Console, got: &Got, schema: &OpenedSchema) -> Result<()> {
    let out = &mut console.out;
    for row in &got.properties {
        let (key, name) = (escape::escaped(&got.key), escape::escaped(&row.property));
        match &got.flag {
            Some(flag) => {
                let GotFlag { name: flag, bit, set } = flag;
                let set = if *set { "TRUE" } else { "FALSE" };
                writeln!(out, "{STRONG}{key} {flag}{STRONG:#}")?;
                writeln!(out, "  {:<11} {set}", "value")?;
                writeln!(out, "  {:<11} {bit} of {name}:", "bit")?;
            }
            None => writeln!(out, "{STRONG}{key} {name}{STRONG:#}")?,
        }
        let unknown = || "not known".to_owned();
        match &row.values {
            Some(lines) => {
                for (at, line) in lines.iter().enumerate() {
                    let what = if at == 0 { "value" } else { "" };
                    writeln!(out, "  {what:<11} {}", escape::escaped(line))?;
                }
            }
            None => {
                let value = row.value.as_deref().map_or(MASK.into(), escape::escaped);
                let value = if value.is_empty() { "\"\"".into() } else { value };
                let what = if got.flag.is_some() { "its value" } else { "value" };
                writeln!(out, "  {what:<11} {value}")?;
                if let Some(names) = &row.names {
                    writeln!(out, "  {:<11} {}", "in names", escape::escaped(names))?;
                }
            }
        }
        if let Some(meaning) = &row.meaning {
            writeln!(out, "  {:<11} {meaning}", "allows")?;
        }
        let mut line =
            |what: &str, word: &str| writeln!(out, "  {what:<11} {}", escape::escaped(word));
        line("ID", &row.id.map_or_else(unknown, |id| id.to_string()))?;
        line("type", &row.kind.clone().unwrap_or_else(unknown))?;
        line("user type", &row.user_type.clone().unwrap_or_else(unknown))?;
        line("attributes", &row.attributes.clone().unwrap_or_else(unknown))?;
        line("where", &place(row, &got.key))?;
        line("schema", &schema.schema.origin.in_words())?;
    }
    Ok(out.flush()?)
}

/// Where a property is set, in words.
fn place(row: &Row, key: &str) -> String {
    let form = if row.form == "attribute" { "as an attribute" } else { "as a Custom" };
    if row.stated_at == key {
        format!("line {}, {form}", row.line)
    } else {
        format!("inherited from {}, line {}, {form}", row.stated_at, row.line)
    }
}

fn listed(console: &mut Console, got: &Got, schema: &OpenedSchema) -> Result<()> {
    let out = &mut console.out;
    writeln!(
        out,
        "{STRONG}{}{STRONG:#} ({})",
        escape::escaped(&got.key),
        escape::escaped(&got.class)
    )?;
    let names = report::column(got.properties.iter().map(|row| row.property.as_str()));
    for row in &got.properties {
        let name = escape::escaped(&row.property);
        let place = place(row, &got.key);
        writeln!(out, "  {name:names$}  {}  [{}]", row.shown(), escape::escaped(&place))?;
    }
    writeln!(out, "Names and IDs are from {}.", escape::escaped(&schema.schema.origin.in_words()))?;
    Ok(out.flush()?)
}
