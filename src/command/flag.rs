//! A single flag on the command line: what the words say of it, and what its property becomes.

use super::open::Opened;
use crate::metabase::error::MetabaseError;
use crate::metabase::flag::Flag;
use crate::metabase::property::{Definition, Type};
use crate::metabase::schema::Schema;
use crate::metabase::survey::Survey;
use crate::metabase::value;

/// Whether the words say that a flag is on.
///
/// # Errors
/// Those of [`value::parse`].
pub fn truth(flag: &Flag<'_>, words: &[String]) -> Result<bool, MetabaseError> {
    let name = flag.name.to_owned().into();
    let truth = Definition { name, kind: Type::Bool, ..flag.row.definition.clone() };
    Ok(value::parse(&truth, &[], words)? == "TRUE")
}

/// The value of the property with the flag as the words say. It begins with what holds at the
/// key: its own value, else what it inherits, else the default, as ADSI does.
///
/// # Errors
/// Those of [`value::parse`], [`MetabaseError::IsFlag`] where no word says which, and [`MetabaseError::PropertyAbsent`] where nothing says what holds.
pub fn value(
    opened: &Opened,
    schema: &Schema,
    key: usize,
    flag: &Flag<'_>,
    words: &[String],
) -> Result<String, MetabaseError> {
    let survey = Survey::new(&opened.source, &opened.metabase, schema);
    let (name, row) = (flag.name.to_owned(), &flag.row.definition);
    if words.is_empty() {
        let (path, property) = (survey.path(key).to_string(), row.name.to_string());
        return Err(MetabaseError::IsFlag { name, path, property });
    }
    let on = truth(flag, words)?;
    let mut holds = survey.stated(key)?;
    holds.extend(survey.inherited(key)?);
    let holds = holds.into_iter().find(|one| one.name == row.name).map(|one| one.value);
    // Where nothing stands yet there is no number to keep: IIS writes names.
    let default =
        || flag.row.default.clone().map(|all| if all == "0" { String::new() } else { all });
    match holds.or_else(default) {
        Some(value) => Ok(flag.put(&value, on)),
        None => Err(MetabaseError::PropertyAbsent {
            name: row.name.to_string(),
            path: survey.path(key).to_string(),
            default: None,
            similar: None,
        }),
    }
}
