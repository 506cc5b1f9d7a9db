//! Golden files: what `set-dns-mode` makes of each input, byte for byte.
//!
//! Every case is a folder in `fixtures`; `fixtures/README.md` says what is in it. The results in
//! `set` were not made by metafix.

use std::path::Path;

use crate::cases::{Case, cases};
use clap::Parser as _;
use metafix::change::dns;
use metafix::change::error::ChangeError;
use metafix::change::plan::{Request, plan};
use metafix::change::verify::{Verified, verified};
use metafix::cli::{Cli, Command};
use metafix::command::problem;
use metafix::metabase::scan::scan;
use metafix::metabase::secrets::Secrets;
use metafix::text::source::Source;

fn request(case: &Case) -> Request {
    let arguments = ["metafix".to_owned()].into_iter().chain(case.args());
    match Cli::try_parse_from(arguments).expect("the case has good arguments").command {
        Command::SetDnsMode(args) => dns::request(args.mode, args.server),
        other => panic!("{other:?} is no set-dns-mode"),
    }
}

fn run(
    before: Vec<u8>,
    request: &Request,
) -> Result<Verified, (ChangeError, Option<Source<'static>>)> {
    let source = Source::decode(before).map_err(|error| (error.into(), None))?;
    let planned = scan(&source).map_err(ChangeError::from).and_then(|metabase| {
        let plan = plan(&source, &metabase, std::slice::from_ref(request))?;
        Ok((metabase, plan))
    });
    match planned {
        Ok((metabase, plan)) => {
            verified(source, metabase, plan, &Secrets::default()).map_err(|refusal| (refusal, None))
        }
        Err(refusal) => Err((refusal, Some(source))),
    }
}

fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string().replace("\\n", "\\n\n")
}

#[test]
fn each_case_becomes_exactly_what_was_asked_for() {
    let mut failed = Vec::new();
    for case in cases("set", 25) {
        let (before, after) = (case.read("before.xml"), case.read("after.xml"));
        assert_ne!(before, after, "{}: a case of `set` changes something", case.name);
        match run(before, &request(&case)) {
            Ok(result) if result.after == after => {}
            Ok(result) => failed.push(format!(
                "{}: expected\n{}\nfound\n{}",
                case.name,
                shown(&after),
                shown(&result.after)
            )),
            Err((refusal, _)) => failed.push(format!("{}: refused: {refusal}", case.name)),
        }
    }
    assert!(failed.is_empty(), "{} cases\n{}", failed.len(), failed.join("\n\n"));
}

#[test]
fn a_second_run_finds_nothing_to_do() {
    for case in cases("set", 25) {
        let result = run(case.read("after.xml"), &request(&case)).expect(&case.name);
        assert!(result.edits.is_empty(), "{}", case.name);
        assert_eq!(&result.after[..], case.read("after.xml"), "{}", case.name);
    }
}

#[test]
fn a_metabase_in_the_asked_mode_is_left_alone() {
    for case in cases("noop", 8) {
        let result = run(case.read("before.xml"), &request(&case)).expect(&case.name);
        assert!(result.edits.is_empty(), "{}", case.name);
        assert_eq!(&result.after[..], case.read("before.xml"), "{}", case.name);
    }
}

#[test]
fn each_refusal_has_its_name_and_its_place() {
    let mut failed = Vec::new();
    for case in cases("refuse", 30) {
        let Err((refusal, source)) = run(case.read("before.xml"), &request(&case)) else {
            failed.push(format!("{}: not refused", case.name));
            continue;
        };
        let problem =
            problem::refused(refusal, Path::new(&case.name), source.as_ref(), &Secrets::default());
        let place = problem.place.as_ref().map(|place| place.position);
        let place = place.map(|place| format!("{}:{}", place.line, place.column));
        let place_differs = case.has("place") && place != Some(case.text("place"));
        if problem.name != case.text("name") || place_differs {
            failed.push(format!("{}: {} {place:?}: {problem}", case.name, problem.name));
        }
    }
    assert!(failed.is_empty(), "{} cases\n{}", failed.len(), failed.join("\n"));
}
