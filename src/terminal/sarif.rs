//! Findings as SARIF 2.1.0, the format in which code scanning tools exchange results (OASIS
//! Static Analysis Results Interchange Format, 27 March 2020).
//!
//! Owns the few objects of the format that findings need; the crates that have all of them bring
//! a code generator and some thirty dependencies along. Text is plain: viewers escape it.

use std::path::Path;

use serde::Serialize;

use crate::inspect::check::Finding;
use crate::inspect::check::rules::{RULES, Rule};
use crate::terminal::problem::Problem;
use crate::text::source::Position;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/\
                      sarif-schema-2.1.0.json";

/// A SARIF file with one run.
#[derive(Debug, Serialize)]
pub struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    invocations: Vec<Invocation<'a>>,
    column_kind: &'static str,
    results: Vec<Outcome<'a>>,
}

#[derive(Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
struct Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<Descriptor>,
}

/// How the run went, where not everything was asked of it, or not every file could be read.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rule_configuration_overrides: Vec<Override<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification<'a>>,
}

/// A file that could not be read, as `notification`.
#[derive(Debug, Serialize)]
struct Notification<'a> {
    descriptor: Reference<'a>,
    level: &'static str,
    message: Message<'a>,
    locations: [Location<'a>; 1],
}

/// A rule that was left out, as `configurationOverride`.
#[derive(Debug, Serialize)]
struct Override<'a> {
    descriptor: Reference<'a>,
    configuration: Disabled,
}

#[derive(Debug, Serialize)]
struct Reference<'a> {
    id: &'a str,
}

#[derive(Debug, Serialize)]
struct Disabled {
    enabled: bool,
}

/// A rule, as `reportingDescriptor`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    short_description: Message<'static>,
    full_description: Message<'static>,
    help: Help,
    help_uri: &'static str,
    default_configuration: Configuration,
}

/// What a viewer shows beside a finding.
#[derive(Debug, Serialize)]
struct Help {
    text: String,
}

#[derive(Debug, Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Debug, Serialize)]
struct Message<'a> {
    text: &'a str,
}

/// A finding, as `result`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message<'a>,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Properties>,
}

/// What SARIF has no place for.
#[derive(Debug, Serialize)]
struct Properties {
    repair: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: Physical,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Logical<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'static>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Debug, Clone, Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    fully_qualified_name: &'a str,
    kind: &'static str,
}

/// A file, and what was found in it: each finding with the command that repairs it, if one does.
#[derive(Debug)]
pub struct Checked<'a> {
    /// The file, as it was named.
    pub file: &'a Path,
    /// The findings.
    pub findings: Vec<(&'a Finding, Option<String>)>,
}

/// The findings in all files as one run, without those of the rules that were left out, and the
/// files that could not be read.
///
/// One run, because GitHub takes 20 of them from one file and only one of each tool; a run may
/// name any number of files.
#[must_use]
pub fn log<'a>(files: &[Checked<'a>], unread: &'a [&Problem], ignored: &[&'a str]) -> Log<'a> {
    let results = files.iter().flat_map(|Checked { file, findings }| {
        let artifact = artifact(file);
        findings.iter().map(move |(finding, repair)| outcome(&artifact, finding, repair.clone()))
    });
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "metafix",
                version: env!("CARGO_PKG_VERSION"),
                rules: RULES.map(descriptor).into(),
            },
        },
        invocations: invocations(ignored, unread),
        column_kind: "unicodeCodePoints",
        results: results.collect(),
    };
    Log { schema: SCHEMA, version: "2.1.0", runs: [run] }
}

fn artifact(file: &Path) -> Artifact {
    Artifact { uri: uri(&file.to_string_lossy()) }
}

fn outcome<'a>(artifact: &Artifact, finding: &'a Finding, repair: Option<String>) -> Outcome<'a> {
    let related = finding.related.iter().map(|(place, what)| Location {
        physical_location: physical(artifact, Some(*place)),
        logical_locations: Vec::new(),
        message: Some(Message { text: what }),
    });
    Outcome {
        rule_id: finding.rule.name,
        rule_index: RULES.iter().position(|rule| rule.name == finding.rule.name).unwrap_or(0),
        level: finding.rule.severity.name(),
        message: Message { text: &finding.message },
        locations: [Location {
            physical_location: physical(artifact, finding.place),
            logical_locations: logical(finding),
            message: None,
        }],
        related_locations: related.collect(),
        properties: repair.map(|repair| Properties { repair }),
    }
}

fn invocations<'a>(ignored: &[&'a str], unread: &'a [&Problem]) -> Vec<Invocation<'a>> {
    let disabled = |id: &&'a str| Override {
        descriptor: Reference { id },
        configuration: Disabled { enabled: false },
    };
    let notification = |problem: &&'a Problem| Notification {
        descriptor: Reference { id: &problem.name },
        level: "error",
        message: Message { text: &problem.message },
        locations: [Location {
            physical_location: physical(&artifact(&problem.file), None),
            logical_locations: Vec::new(),
            message: None,
        }],
    };
    if ignored.is_empty() && unread.is_empty() {
        return Vec::new();
    }
    vec![Invocation {
        execution_successful: unread.is_empty(),
        rule_configuration_overrides: ignored.iter().map(disabled).collect(),
        tool_execution_notifications: unread.iter().map(notification).collect(),
    }]
}

fn descriptor(rule: &'static Rule) -> Descriptor {
    Descriptor {
        id: rule.name,
        short_description: Message { text: rule.finds },
        full_description: Message { text: rule.meaning },
        help: Help { text: help(rule) },
        help_uri: rule.url,
        default_configuration: Configuration { level: rule.severity.name() },
    }
}

/// All that there is to say of a rule, a paragraph each.
fn help(rule: &Rule) -> String {
    let paragraphs = [
        ("When", rule.when),
        ("Not when", rule.when_not),
        ("Meaning", rule.meaning),
        ("Advice", rule.advice),
        ("Source", rule.source),
    ];
    let said = paragraphs.into_iter().filter(|(_, words)| !words.is_empty());
    said.map(|(label, words)| format!("{label}: {words}")).collect::<Vec<_>>().join("\n")
}

fn physical(artifact: &Artifact, place: Option<Position>) -> Physical {
    let region = place.map(|place| Region { start_line: place.line, start_column: place.column });
    Physical { artifact_location: artifact.clone(), region }
}

/// The key, and the property in it.
fn logical(finding: &Finding) -> Vec<Logical<'_>> {
    let key = finding.key.as_deref();
    let key = key.map(|path| Logical { name: None, fully_qualified_name: path, kind: "element" });
    let property = finding.property.as_deref();
    let property = property.map(|name| Logical {
        name: Some(name),
        fully_qualified_name: name,
        kind: "property",
    });
    key.into_iter().chain(property).collect()
}

/// A path as a URI reference: percent-encoded, and with a scheme where it is absolute.
fn uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let drive = path.as_bytes().get(1) == Some(&b':');
    let scheme = match path.as_bytes() {
        _ if path.starts_with("//") => "file:",
        [b'/', ..] => "file://",
        _ if drive => "file:///",
        _ => "",
    };
    let mut encoded = scheme.to_owned();
    for (index, byte) in path.bytes().enumerate() {
        let plain = byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
        if plain || drive && index == 1 {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn a_path_becomes_a_uri() {
        for (path, expected) in [
            ("MetaBase.xml", "MetaBase.xml"),
            ("a b/Größe#1.xml", "a%20b/Gr%C3%B6%C3%9Fe%231.xml"),
            ("odd:name.xml", "odd%3Aname.xml"),
            ("/srv/MetaBase.xml", "file:///srv/MetaBase.xml"),
            (r"C:\Windows\System32\MetaBase.xml", "file:///C:/Windows/System32/MetaBase.xml"),
            (r"\\server\share\MetaBase.xml", "file://server/share/MetaBase.xml"),
        ] {
            assert_eq!(uri(path), expected);
        }
    }
}
