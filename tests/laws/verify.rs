//! The second look sees whatever a plan would do beside what was asked: here the plans are wrong.

use metafix::change::dns::request;
use metafix::change::error::ChangeError;
use metafix::change::plan::{Plan, plan};
use metafix::change::verify::verified;
use metafix::metabase::error::MetabaseError;
use metafix::metabase::property::DnsMode;
use metafix::metabase::scan::scan;
use metafix::metabase::secrets::Secrets;
use metafix::text::edit::{Edit, Edits};
use metafix::text::source::Source;

const METABASE: &str = r#"<configuration xmlns="urn:microsoft-catalog:XML_Metabase_V64_0"><MBProperty>
<IIsConfigObject Location="/LM" A="1"></IIsConfigObject>
<IIsSmtpService Location="/LM/SmtpSvc" SmartHost="x">
	<Custom Name="SmtpUseTcpDns" ID="36997" Value="0" Type="DWORD" UserType="IIS_MD_UT_SERVER" Attributes="INHERIT"/>
	<Custom Name="Other" ID="40000" Value="0" Type="DWORD" UserType="IIS_MD_UT_SERVER" Attributes="INHERIT"/>
	<Other/>
</IIsSmtpService>
<IIsConfigObject Location="/LM/W3SVC" B="1"></IIsConfigObject>
</MBProperty></configuration>
"#;

/// What the second look says of the right plan with these edits added, each the first place of a
/// text and what is to stand there.
fn second_look(more: &[(&str, &str)]) -> Result<(), ChangeError> {
    let source = Source::decode(METABASE.as_bytes()).expect("it is text");
    let metabase = scan(&source).expect("it is a metabase");
    let request = request(DnsMode::UdpOnly, None);
    let right = plan(&source, &metabase, &[request]).expect("it can be planned");
    let more = more.iter().map(|(was, now)| {
        let start = METABASE.find(was).expect("the text is there");
        Edit { at: start..start + was.len(), was: (*was).into(), now: (*now).into() }
    });
    let edits = right.edits.as_slice().iter().cloned().chain(more).collect();
    let edits = Edits::new(edits).expect("they can stand together");
    verified(source, metabase, Plan { edits, ..right }, &Secrets::default()).map(|_| ())
}

#[test]
fn the_right_plan_passes() {
    second_look(&[]).expect("nothing is wrong with it");
}

#[test]
fn what_was_not_asked_is_refused() {
    for wrong in [
        // Another property of the same key, in both forms, and its type data.
        &[(r#"SmartHost="x""#, r#"SmartHost="y""#)][..],
        &[(r#"ID="40000" Value="0""#, r#"ID="40000" Value="1""#)],
        &[(r#"ID="40000""#, r#"ID="40001""#)],
        &[("<Other/>", "<Another/>")],
        &[(r#" SmartHost="x""#, "")],
        &[(r#"Type="DWORD""#, r#"Type="STRING""#)],
        // Another key.
        &[(r#"A="1""#, r#"A="2""#)],
        &[(r#"B="1""#, r#"B="2""#)],
        &[(r#""/LM/W3SVC""#, r#""/LM/W3SVD""#)],
        &[("<IIsConfigObject Location=\"/LM/W3SVC\"", "<IIsWebService Location=\"/LM/W3SVC\"")],
        // One key more, one less, one at another place.
        &[("</MBProperty>", "<K Location=\"/x\"/></MBProperty>")],
        &[("<IIsConfigObject Location=\"/LM\" A=\"1\"></IIsConfigObject>", "")],
        &[
            ("<IIsConfigObject Location=\"/LM\" A=\"1\"></IIsConfigObject>", ""),
            ("</MBProperty>", "<K Location=\"/x\"/></MBProperty>"),
        ],
        // What is in no key.
        &[("</MBProperty>", "<!-- new --></MBProperty>")],
        &[("</MBProperty>", "")],
    ] {
        let refusal = second_look(wrong).expect_err(&format!("{wrong:?} is not seen"));
        let is_told = matches!(
            refusal,
            ChangeError::NotVerified { .. } | ChangeError::Metabase(MetabaseError::Xml(_))
        );
        assert!(is_told, "{wrong:?}: {refusal}");
    }
}
