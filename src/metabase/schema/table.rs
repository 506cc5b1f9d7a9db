//! The table of published properties.
//!
//! Each row names the page of Microsoft's reference that gives it. What no page says is left
//! open, so that it is asked for and not guessed.

use super::row::{Row, row};
use crate::metabase::property::{Type, dword};

const TABLE: &str = include_str!("table.txt");

/// The rows of the table.
pub(super) fn rows() -> Vec<Row> {
    TABLE.lines().filter(|line| !line.starts_with('#')).map(read).collect()
}

fn read(line: &'static str) -> Row {
    let mut fields = line.split("; ");
    let mut next = || fields.next().expect("a row of the table has ten fields");
    let (name, id, kind) = (next(), next(), next());
    let known = |word: &'static str| (word != "-").then_some(word);
    let words = [known(next()), known(next()), known(next())];
    let kind = Type::of(kind).expect("a row of the table has a known type");
    let mut row = row(name, dword(id), kind, words);
    row.classes = known(next()).unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    for flag in known(next()).unwrap_or_default().split_whitespace() {
        let (name, value) = flag.split_once('=').unwrap_or((flag, ""));
        row.flags.push((name.to_owned(), dword(value)));
    }
    for value in known(next()).unwrap_or_default().split_whitespace() {
        let (name, value) = value.split_once('=').expect("a name of a value says which");
        row.values.push((name.to_owned(), dword(value).expect("a value is a number")));
    }
    row.source = known(next());
    if !row.flags.is_empty() {
        row.definition.kind = Type::Flags;
    }
    row
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::metabase::schema::Schema;

    #[test]
    fn each_row_is_complete_and_says_where_it_is_from() {
        let schema = Schema::built_in();
        assert!(schema.rows().len() >= 400, "{}", schema.rows().len());
        for row in schema.rows() {
            let name = &row.definition.name;
            let source = row.source.expect("a row names its page");
            assert!(source.starts_with("MSDN ") || source.starts_with("TechNet "), "{name}");
            let has_id = row.definition.id != 0;
            // Where no page has the ID either, iiscnfg.h gives no more than that.
            let is_whole = !row.definition.attributes.is_empty();
            assert_eq!(is_whole, !row.definition.user_type.is_empty(), "{name}");
            assert!(has_id || !is_whole, "{name}");
            assert_eq!(schema.named(name).map(|found| &found.definition.name), Some(name));
            if has_id {
                assert_eq!(schema.numbered(row.definition.id), Some(row), "{name}");
            }
        }
        assert!(schema.rows().is_sorted_by_key(|row| row.definition.name.to_string()));
    }

    /// The numbers of iiscnfg.h: what it calls each, and what the pages call it.
    fn published() -> impl Iterator<Item = (&'static str, u32, &'static str)> {
        include_str!("../../../fixtures/schema/iiscnfg.txt")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| {
                let mut words = line.split(' ');
                let mut next = || words.next().unwrap_or_default();
                (next(), next().parse().expect("a number"), next())
            })
    }

    /// Of these the header says nothing; their pages do.
    const NOT_IN_THE_HEADER: [&str; 11] = [
        "AdminACLBin",
        "AuthNotifyPwdExpURL",
        "AuthNotifyPwdExpUnsecureURL",
        "CertCheckMode",
        "MajorIIsVersionNumber",
        "RevocationFreshnessTime",
        "RevocationURLRetrievalTimeout",
        "SSLCertHash",
        "SSLStoreName",
        "SslCtlIdentifier",
        "SslCtlStoreName",
    ];

    #[test]
    fn each_id_bit_and_value_is_that_of_the_header() {
        let schema = Schema::built_in();
        let mut seen = BTreeSet::new();
        for (name, number, called) in published().filter(|(_, _, called)| !called.is_empty()) {
            let of = |property: &str| schema.named(property).expect("the table has it");
            let found = if let Some((property, flag)) = called.split_once('.') {
                of(property).flags.iter().find(|(name, _)| name == flag).and_then(|(_, bit)| *bit)
            } else if let Some((property, value)) = called.split_once('=') {
                of(property).values.iter().find(|(name, _)| name == value).map(|(_, value)| *value)
            } else {
                Some(of(called).definition.id)
            };
            assert_eq!(found, Some(number), "{name} {called}");
            assert!(seen.insert(called), "{called} twice");
        }
        // The header ends where the services with a range of their own begin.
        for row in schema.rows().iter().filter(|row| (1..10_000).contains(&row.definition.id)) {
            let name = &*row.definition.name;
            assert_ne!(seen.contains(name), NOT_IN_THE_HEADER.contains(&name), "{name}");
            for (flag, _) in &row.flags {
                assert!(seen.contains(&*format!("{name}.{flag}")), "{name}.{flag}");
            }
            for (value, _) in &row.values {
                assert!(seen.contains(&*format!("{name}={value}")), "{name}={value}");
            }
        }
        assert!(seen.len() > 150, "{}", seen.len());
    }

    #[test]
    fn the_row_of_the_article_is_as_the_article_prints_it() {
        let schema = Schema::built_in();
        let row = schema.named("smtpusetcpdns").expect("it is there");
        assert_eq!(row.definition, crate::metabase::property::SMTP_USE_TCP_DNS);
        assert!(row.is_listed_for("IIsSmtpService") && !row.is_listed_for("IIsConfigObject"));
        assert_eq!(row.default.as_deref(), Some("4294967295"));
    }
}
