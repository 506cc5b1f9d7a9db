//! The second look sees whatever a plan would do beside what was asked: here the plans are wrong.
//! It looks only at what is touched; a judge that reads the whole result says the same each time.

use crate::targets::judge::{PIECES, both_looks, with};
use metafix::change::dns::request;
use metafix::change::error::ChangeError;
use metafix::change::layout::NewKey;
use metafix::change::plan::{Plan, Request, Requests, plan_all};
use metafix::metabase::locate::{Form, KeyPath};
use metafix::metabase::property::{Definition, DnsMode, SMTP_USE_TCP_DNS, Type};
use metafix::metabase::scan::scan;
use metafix::text::edit::{Edit, Edits};
use metafix::text::source::Source;
use proptest::prelude::*;

const METABASE: &str = r#"<?xml version="1.0"?><configuration xmlns="urn:microsoft-catalog:XML_Metabase_V64_0"><MBProperty>
<IIsConfigObject Location="/LM" A="1"></IIsConfigObject>
<!-- before --><Other B="2"/>
<IIsSmtpService Location="/LM/SmtpSvc" SmartHost="x">
	<Custom Name="SmtpUseTcpDns" ID="36997" Value="0" Type="DWORD" UserType="IIS_MD_UT_SERVER" Attributes="INHERIT"/>
	<Custom Name="Other" ID="40000" Value="0" Type="DWORD" UserType="IIS_MD_UT_SERVER" Attributes="INHERIT"/>
	<!-- inside -->
	<Other/>
</IIsSmtpService> <!-- behind -->
<IIsConfigObject Location="/LM/W3SVC" B="1"></IIsConfigObject>
<!-- between -->
<K Location="/LM/Last"/>
</MBProperty></configuration>
"#;

fn new_key(location: &str) -> NewKey {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let custom = [("Name", "P"), ("ID", "7"), ("Value", "a"), ("Type", "STRING")];
    NewKey {
        location: location.into(),
        element: "IIsConfigObject".into(),
        attributes: vec![("Comment".into(), "one\ntwo".into())],
        customs: vec![custom.iter().map(pair).collect()],
    }
}

/// Right plans: one value, the first and the last key, new properties in both forms, lists, what
/// goes, new keys, and much at once.
fn plans(source: &Source) -> Vec<Plan> {
    let list = Definition { name: "List".into(), id: 9, kind: Type::MultiSz, ..SMTP_USE_TCP_DNS };
    let set = |path: &str| Request::set(KeyPath::exact(path), list.clone(), "a & b\n<c>");
    let attribute = |path: &str| Request { form: Form::Attribute, ..set(path) };
    let mode = request(DnsMode::UdpOnly, None);
    let unset = Request::unset(KeyPath::smtp_service(), SMTP_USE_TCP_DNS);
    let new = [new_key("/LM/W3SVC/1"), new_key("/LM/W3SVC/2")];
    let keys = |new: &[NewKey]| Requests { new: new.to_vec(), ..Requests::default() };
    let gone = |all: &[usize]| Requests { gone: all.iter().copied().collect(), ..keys(&[]) };
    let renamed = |key, path: &str| Requests { renamed: [(key, path.into())].into(), ..keys(&[]) };
    let asked: Vec<Requests> = vec![
        vec![mode.clone()].into(),
        vec![set("/LM")].into(),
        vec![attribute("/LM/Last")].into(),
        vec![unset].into(),
        keys(&new[..1]),
        Requests {
            properties: vec![mode.clone(), set("/LM/Last"), attribute("/LM/SmtpSvc")],
            ..keys(&new)
        },
        gone(&[0]),
        gone(&[3]),
        gone(&[0, 1, 2, 3]),
        Requests { new: new.to_vec(), ..gone(&[2, 3]) },
        renamed(1, "/LM/\"New\" & old"),
        renamed(2, "/lm/w3svc"),
        Requests {
            properties: vec![mode, attribute("/LM/SmtpSvc")],
            renamed: [(1, "/LM/Other".into()), (3, "/LM/Other/1".into())].into(),
            ..gone(&[2])
        },
    ];
    let metabase = scan(source).expect("it is a metabase");
    let planned = asked
        .iter()
        .map(|requests| plan_all(source, &metabase, requests).expect("it can be planned"));
    planned.collect()
}

/// A metabase in the bytes of both encodings.
fn encoded(text: &str) -> [Vec<u8>; 2] {
    let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
    [text.into(), units.flat_map(u16::to_le_bytes).collect()]
}

#[test]
fn the_right_plan_passes() {
    for bytes in encoded(METABASE) {
        for plan in plans(&Source::decode(&bytes[..]).expect("it is text")) {
            both_looks(&bytes, plan).expect("nothing is wrong with it");
        }
    }
}

#[test]
fn what_was_not_asked_is_refused() {
    const LM: &str = "<IIsConfigObject Location=\"/LM\" A=\"1\"></IIsConfigObject>";
    let faults = [
        // Another property of the same key, in both forms, and its type data.
        &[(r#"SmartHost="x""#, r#"SmartHost="y""#)][..],
        &[(r#"ID="40000" Value="0""#, r#"ID="40000" Value="1""#)],
        &[(r#"ID="40000""#, r#"ID="40001""#)],
        &[("<Other/>", "<Another/>")],
        &[("<Other/>", "")],
        &[(r#" SmartHost="x""#, "")],
        &[(r#"Type="DWORD""#, r#"Type="STRING""#)],
        // Another key.
        &[(r#"A="1""#, r#"A="2""#)],
        &[(r#"B="1""#, r#"B="2""#)],
        &[(r#""/LM/W3SVC""#, r#""/LM/W3SVD""#)],
        &[("<IIsConfigObject Location=\"/LM/W3SVC\"", "<IIsWebService Location=\"/LM/W3SVC\"")],
        // One key more, one less, one at another place, one twice.
        &[("</MBProperty>", "<K Location=\"/x\"/></MBProperty>")],
        &[("</MBProperty>", "<K Location=\"/LM/SmtpSvc\"/></MBProperty>")],
        &[(LM, "")],
        &[(LM, ""), ("</MBProperty>", "<K Location=\"/x\"/></MBProperty>")],
        &[("<Other B=\"2\"/>", "<Other Location=\"2\"/>")],
        &[(" Location=\"/LM/Last\"", "")],
        // What is in no key.
        &[("</MBProperty>", "<!-- new --></MBProperty>")],
        &[("<!-- before -->", "")],
        &[("<!-- between -->", "<!-- BETWEEN -->")],
        &[(" <!-- behind -->", "  <!-- behind -->")],
        &[("B=\"2\"", "B=\"3\"")],
        &[("V64_0", "V64_1")],
        &[("<?xml version=\"1.0\"?>", "")],
        // What is not well-formed, or opens what is closed elsewhere.
        &[("</MBProperty>", "")],
        &[("<!-- before -->", "<!-- before ")],
        &[(" <!-- behind -->", " <!-- behind ")],
        &[("</IIsSmtpService>", "")],
        &[("</IIsSmtpService>", "</IIsSmtpService></MBProperty><MBProperty>")],
        &[("<Other/>", "<Other>")],
        &[("<Other/>", "<![CDATA[")],
        &[("<Other/>", "&undeclared;")],
        &[("<Other/>", "\u{1}")],
        &[("<Other/>", "</IIsSmtpService><IIsSmtpService Location='/x'>")],
        &[("<!-- inside -->", "<!-- inside ")],
        &[("<!-- inside -->", "<!-- INSIDE -->")],
    ];
    for bytes in encoded(METABASE) {
        for (index, plan) in
            plans(&Source::decode(&bytes[..]).expect("it is text")).iter().enumerate()
        {
            let mut seen = 0;
            for wrong in faults {
                let more = wrong.iter().map(|(was, now)| {
                    let start = METABASE.find(was).expect("the text is there");
                    Edit { at: start..start + was.len(), was: (*was).into(), now: (*now).into() }
                });
                let Some(plan) = with(plan, more) else { continue };
                let Err(refusal) = both_looks(&bytes, plan) else {
                    panic!("plan {index}: {wrong:?} is not seen")
                };
                assert!(matches!(refusal, ChangeError::NotVerified { .. }), "{wrong:?}: {refusal}");
                seen += 1;
            }
            assert!(
                seen > faults.len() - 8 || plan.moved.len() > 2 && seen > 9,
                "plan {index}: {seen} faults could be planted"
            );
        }
    }
}

#[test]
fn a_plan_whose_own_edits_are_wrong_is_refused() {
    for bytes in encoded(METABASE) {
        for (index, plan) in
            plans(&Source::decode(&bytes[..]).expect("it is text")).iter().enumerate()
        {
            let edits = plan.edits.as_slice();
            for (place, edit) in edits.iter().enumerate() {
                let now = String::from_utf8(edit.now.clone()).expect("a plan is text");
                let half = now.floor_char_boundary(now.len() / 2);
                let wrong = [
                    String::new(),
                    now[..half].to_owned(),
                    format!("{now}{now}"),
                    format!("<!-- {now} -->"),
                    format!("{now}<!--"),
                    format!("{now}<a/>"),
                    now.replace("=\"", "=\"x"),
                    now.replace("/LM/W3SVC/1", "/lm/smtpsvc"),
                    now.replace('/', "<"),
                    format!("{now}<Custom Name=\"A\"/>"),
                    now.replace("Custom", "Costum"),
                    now.replace('2', "3"),
                ];
                for wrong in wrong.into_iter().filter(|wrong| *wrong != now) {
                    let mut edits = edits.to_vec();
                    edits[place].now = wrong.clone().into();
                    let edits = Edits::new(edits).expect("they can stand together");
                    let plan = Plan { edits, ..plan.clone() };
                    assert!(both_looks(&bytes, plan).is_err(), "plan {index}: {wrong}");
                }
            }
            let none = Plan { edits: Edits::default(), ..plan.clone() };
            assert!(both_looks(&bytes, none).is_err(), "plan {index}: nothing is done");
        }
    }
}

proptest! {
    #[test]
    fn both_looks_agree_on_whatever_else_an_edit_would_do(
        which in 0_usize..6,
        wide in any::<bool>(),
        more in prop::collection::vec((0..METABASE.len(), 0_usize..4, 0..PIECES.len()), 1..3),
    ) {
        let bytes = &encoded(METABASE)[usize::from(wide)];
        let plan = plans(&Source::decode(&bytes[..]).unwrap()).swap_remove(which);
        let edit = |(start, length, piece): (usize, usize, usize)| {
            let at = start..METABASE.len().min(start + length);
            Edit { was: METABASE[at.clone()].into(), at, now: PIECES[piece].into() }
        };
        if let Some(plan) = with(&plan, more.into_iter().map(edit)) {
            let _ = both_looks(bytes, plan);
        }
    }
}
