//! Entries of lists, many keys at once, whole keys and replaced paths, as a user types them.

use crate::program::{Room, json};

const SERVER: &str = "servers/windows-2003.xml";

/// What a command changes, and that one `restore` takes all of it back.
fn changed(args: &[&str]) -> (String, String) {
    let room = Room::of(SERVER);
    let before = room.metabase();
    let ran = room.done(&[args, &["--yes"]].concat());
    assert_ne!(room.metabase(), before, "{args:?}");
    assert_eq!(room.backups().len(), 1, "{args:?}: one backup");
    let after = String::from_utf8(room.metabase()).expect("it is text").replace("\r\n", "\n");
    room.done(&["restore", "--yes"]);
    assert_eq!(room.metabase(), before, "{args:?}: one restore takes it back");
    (after, ran.stderr)
}

fn unchanged(args: &[&str], said: &str) {
    let room = Room::of(SERVER);
    let before = room.metabase();
    let ran = room.done(&[args, &["--yes"]].concat());
    assert!(ran.stderr.contains(said), "{args:?}: {}", ran.stderr);
    assert_eq!((room.metabase(), room.backups().len()), (before, 0), "{args:?}");
}

/// As `get` and `schema` have it: what has no ID says null, and not that of another property.
#[test]
fn the_changes_in_json_have_an_id_only_where_there_is_one() {
    let room = Room::of(SERVER);
    let create = ["create", "SmtpSvc/1/Domain/new.example", "RouteAction=4", "--yes"];
    let made = json(&room.done(&[&create[..], &["--format", "json"]].concat()));
    let of = |change: &serde_json::Value| {
        (change["property"].as_str().expect("a text").to_owned(), change["id"].as_u64())
    };
    let ids: Vec<_> = made["changes"].as_array().expect("a list").iter().map(of).collect();
    assert!(ids.contains(&("Location".into(), None)), "{ids:?}");
    let set = ["set", "SmtpSvc/1", "SmtpUseTcpDns", "2", "--yes", "--format", "json"];
    assert_eq!(of(&json(&room.done(&set))["changes"][0]), ("SmtpUseTcpDns".into(), Some(36997)));
}

/// Whether or not a `\` is typed behind a folder or a drive, a path keeps just the ones it has.
#[test]
fn a_replaced_path_keeps_its_backslashes() {
    let (expected, _) = changed(&["replace", "C:", "E:"]);
    for (old, new) in [("C:\\", "E:"), ("C:", "E:\\"), ("C:\\", "E:\\")] {
        assert_eq!(changed(&["replace", old, new]).0, expected, "{old} {new}");
    }
    let (expected, _) = changed(&["replace", "C:\\Inetpub", "E:\\Web"]);
    for (old, new) in [("C:\\Inetpub\\", "E:\\Web"), ("C:\\Inetpub", "E:\\Web\\")] {
        assert_eq!(changed(&["replace", old, new]).0, expected, "{old} {new}");
    }
}

#[test]
fn one_entry_of_a_list_is_added_removed_or_replaced() {
    let (after, _) = changed(&["set", "SmtpSvc/1", "ServerBindings", "--add", ":2525:", ":587:"]);
    assert!(after.contains("ServerBindings=\":25:\n\t\t\t:2525:\n\t\t\t:587:\"\n"), "{after}");
    let (after, said) =
        changed(&["set", "MimeMap", "MimeMap", "--remove", ".323,TEXT/H323", ".x,y"]);
    assert!(
        after.contains("MimeMap=\".asf,video/x-ms-asf\n\t\t\t.avi,video/x-msvideo\n"),
        "{after}"
    );
    assert!(said.contains("warning: \".x,y\" is not in MimeMap of /LM/MimeMap"), "{said}");
    let (after, _) =
        changed(&["set", "MimeMap/MimeMap", "--replace", ".bmp,image/bmp", ".bmp,image/x-bmp"]);
    assert!(after.contains("\t\t\t.bmp,image/x-bmp\n\t\t\t.cab,"), "{after}");
    unchanged(&["set", "SmtpSvc/1", "ServerBindings", "--add", ":25:"], "is already in");
    unchanged(&["set", "SmtpSvc/1", "ServerBindings", "--remove", ":26:"], "is not in");
    unchanged(&["set", "MimeMap", "MimeMap", "--replace", ".x,y", ".bmp,image/bmp"], "already in");
}

#[test]
fn a_list_of_addresses_is_written_and_read_in_words() {
    let (after, _) = changed(&["set", "SmtpSvc/1", "RelayIpList", "127.0.0.1", "192.0.2.7"]);
    assert!(after.contains("ffffffff7f000001c0000207\""), "{after}");
    let room = Room::of(SERVER);
    for (words, told) in [
        (&["192.0.2.7"][..], "only 192.0.2.7"),
        (&["--add", "10.0.0.1"], "only 192.0.2.7, 10.0.0.1"),
        (&["--remove", "192.0.2.7"], "only 10.0.0.1"),
        (&["--remove", "10.0.0.1"], "nobody"),
        (&[""], "everyone"),
        (&["nobody"], "nobody"),
    ] {
        let more = ["--yes", "--allow", "open-relay"];
        room.done(&[&["set", "SmtpSvc/1", "RelayIpList"], words, &more].concat());
        let got = room.done(&["get", "SmtpSvc/1", "RelayIpList"]).stdout;
        assert!(got.contains(&format!("  allows      {told}\n")), "{words:?}: {got}");
    }
    let shown = room.done(&["show"]).stdout;
    assert!(shown.contains("/LM/SmtpSvc/1  may relay: nobody\n"), "{shown}");
    let shown = json(&room.done(&["show", "--format", "json"]));
    assert_eq!(shown["servers"][0]["relay"], "nobody");
    assert!(shown["service"]["relay"].is_null(), "{shown}");
    let got = json(&room.done(&["get", "SmtpSvc/1", "RelayIpList", "--format", "json"]));
    assert_eq!(got["properties"][0]["meaning"], "nobody");
}

#[test]
fn a_star_means_every_key_that_can_have_the_property() {
    let (after, said) = changed(&["set", "SmtpSvc/*", "SmtpUseTcpDns", "udp-only"]);
    assert_eq!(after.matches("SmtpUseTcpDns=\"2\"").count(), 1, "{after}");
    assert!(said.contains("/LM/SmtpSvc/Info cannot have SmtpUseTcpDns"), "{said}");
    let room = Room::of(SERVER);
    let got = json(&room.done(&["get", "W3SVC/*/ROOT", "Path", "--format", "json"]));
    assert_eq!(got["keys"][0]["key"], "/LM/W3SVC/1/ROOT");
    assert_eq!(got["keys"].as_array().map(Vec::len), Some(1));
    let ran = room.run(&["get", "W3SVC/*/NOWHERE", "Path"]);
    assert_eq!(ran.code, 3, "{ran:?}");
}

#[test]
fn a_key_is_made_where_it_belongs_and_says_what_was_asked() {
    let (after, said) = changed(&[
        "create",
        "SmtpSvc/1/Domain/x.example",
        "RouteAction=SMTP_SMARTHOST",
        "RouteActionString=[1.2.3.4]",
    ]);
    let made = "<IIsSmtpDomain\tLocation =\"/LM/SmtpSvc/1/Domain/x.example\"\n\t\tRouteAction=\"SMTP_SMARTHOST\"\n\
                \t\tRouteActionString=\"[1.2.3.4]\"\n\t>\n</IIsSmtpDomain>\n";
    assert!(after.contains(made), "{after}");
    assert!(said.contains("/LM/SmtpSvc/1/Domain/x.example is made."), "{said}");
    let (after, said) = changed(&["create", "W3SVC/9/ROOT", "--parents"]);
    let site = after.find("<IIsWebServer\tLocation =\"/LM/W3SVC/9\"").expect("it is made too");
    assert!(after[site..].contains("<IIsWebVirtualDir\tLocation =\"/LM/W3SVC/9/ROOT\""), "{after}");
    assert!(said.contains("and the key above it"), "{said}");
    let (after, _) =
        changed(&["create", "SmtpSvc/2", "ServerBindings=:26:", "ServerBindings=:27:"]);
    assert!(after.contains("ServerBindings=\":26:\n\t\t\t:27:\""), "{after}");
}

#[test]
fn a_flag_of_a_new_key_begins_with_what_the_key_inherits() {
    let args = ["create", "W3SVC/1/ROOT/new", "--class", "IIsWebVirtualDir", "AccessWrite=true"];
    let (after, _) = changed(&args);
    let new = &after[after.find("/LM/W3SVC/1/ROOT/new\"").expect("it is made")..];
    let flags = "AccessFlags=\"AccessRead | AccessScript | AccessWrite\"\n";
    assert!(new[..120].contains(flags), "{}", &new[..120]);
    // A number, and not nothing, where no flag is left.
    let (after, _) = changed(&["set", "SmtpSvc/1", "AccessSSL", "false"]);
    assert!(after.contains("\t\tAccessSSLFlags=\"0\"\n"), "{after}");
    let (after, _) = changed(&["create", "SmtpSvc/1/Domain/x.example", "SMTP_SSL=false"]);
    assert!(after.contains("\t\tRouteAction=\"0\"\n\t>"), "{after}");
}

#[test]
fn a_delete_names_what_goes_and_what_refers_to_it() {
    let (after, said) =
        changed(&["delete", "W3SVC/AppPools/DefaultAppPool", "--allow", "pool-missing"]);
    assert!(!after.contains("\"/LM/W3SVC/AppPools/DefaultAppPool\""), "{after}");
    assert!(said.contains("warning: AppPoolId of /LM/W3SVC in line"), "{said}");
    let (after, said) = changed(&["delete", "SmtpSvc/1/Alias", "SmtpSvc/1/Domain", "-r"]);
    assert!(!after.contains("/LM/SmtpSvc/1/Domain"), "{after}");
    assert!(said.contains("1 key below goes too: /LM/SmtpSvc/1/Domain/fabrikam.com"), "{said}");
    let (after, _) = changed(&["delete", "SmtpSvc/1/*", "--recursive"]);
    assert!(after.contains("\"/LM/SmtpSvc/1\"") && !after.contains("\"/LM/SmtpSvc/1/"), "{after}");
}

#[test]
fn a_key_moves_with_all_below_it_and_a_copy_leaves_secrets_behind() {
    let (after, said) = changed(&["rename", "SmtpSvc/1", "7"]);
    assert!(after.contains("\"/LM/SmtpSvc/7/Domain/fabrikam.com\""), "{after}");
    assert!(!after.contains("\"/LM/SmtpSvc/1"), "{after}");
    assert!(said.contains("6 keys below it move along"), "{said}");
    let (after, said) = changed(&["copy", "SmtpSvc/1", "SmtpSvc/2", "--allow", "binding-conflict"]);
    assert!(after.contains("\"/LM/SmtpSvc/2/Domain/fabrikam.com\""), "{after}");
    assert_eq!(after.matches("Name=\"UnknownName_36957\"").count(), 1, "the secret stays");
    assert!(said.contains("UnknownName_36957 of /LM/SmtpSvc/2/Sessions is not copied"), "{said}");
}

#[test]
fn a_folder_that_moved_is_replaced_in_every_path() {
    let (after, said) = changed(&["replace", r"C:\Inetpub", r"D:\Web"]);
    assert!(!after.to_lowercase().contains(r"c:\inetpub"), "{after}");
    assert!(after.contains(r#"Path="D:\Web\wwwroot\scripts""#), "{after}");
    assert!(said.contains("BadMailDirectory 1") && said.contains("Path 2"), "{said}");
    let (after, _) = changed(&[
        "replace",
        r"C:\Inetpub",
        r"D:\Web",
        "--property",
        "QueueDirectory",
        "--under",
        "SmtpSvc",
    ]);
    assert_eq!(after.matches(r"D:\Web").count(), 1, "{after}");
    let (after, _) = changed(&["replace", "--text", "contoso.com", "example.com"]);
    assert!(after.contains("DefaultDomain=\"web01.example.com\""), "{after}");
    unchanged(&["replace", r"C:\Inet", "x"], "no value holds");
}

#[test]
fn what_cannot_be_done_says_what_to_type() {
    let room = Room::of(SERVER);
    let before = room.files();
    for (args, code, name, hint) in [
        (
            &["set", "SmtpSvc/1", "MaxRecipients", "--add", "1"][..],
            2,
            "no-list",
            "set KEY MaxRecipients",
        ),
        (
            &["set", "SmtpSvc/1", "ServerBindings", ":1:", "--add", ":2:"],
            2,
            "value-and-entries",
            "whole list",
        ),
        (
            &["set", "SmtpSvc/1", "ServerBindings", "--replace", ":24:", ":1:"],
            3,
            "entry-absent",
            ":25:",
        ),
        (
            &["set", "SmtpSvc/1", "RelayIpList", "10.0.0.0/8"],
            2,
            "address-not-written",
            "each address",
        ),
        (&["set", "SmtpSvc/1", "RelayIpList", "::1"], 2, "address-not-written", "each address"),
        (&["create", "SmtpSvc/1"], 3, "key-exists", "set /LM/SmtpSvc/1"),
        (&["create", "NewSvc"], 2, "class-unknown", "--class"),
        (&["create", "W3SVC/9/ROOT"], 3, "no-parent", "--parents"),
        (&["create", "W3SVC/1/ROOT/x"], 2, "class-unknown", "--class"),
        (&["create", "SmtpSvc/1/Domain/*"], 2, "bad-name", "name alone"),
        (&["create", "SmtpSvc/2", "NoSuchThing=1"], 3, "unknown-property", "--schema"),
        (&["create", "SmtpSvc/2", "AdminACL=1"], 3, "secret", "IIS Manager"),
        (&["delete", "W3SVC/AppPools/DefaultAppPool"], 3, "new-finding", "--allow pool-missing"),
        (&["copy", "SmtpSvc/1", "SmtpSvc/2"], 3, "new-finding", "--allow binding-conflict"),
        (&["delete", "SmtpSvc/1"], 3, "keys-below", "--recursive"),
        (&["delete", "/LM/SmtpSvc", "-r"], 3, "key-fixed", "below it"),
        (&["delete", "/", "-r"], 3, "key-fixed", "below it"),
        (&["delete", "."], 3, "key-fixed", "below it"),
        (&["delete", "SmtpSvc/7"], 3, "key-absent", "1"),
        (&["rename", "SmtpSvc", "Other"], 3, "key-fixed", "below it"),
        (&["rename", "SmtpSvc/1", "Info"], 3, "key-exists", "get /LM/SmtpSvc/Info"),
        (&["rename", "SmtpSvc/1", "a/b"], 2, "bad-name", "name alone"),
        (&["copy", "SmtpSvc/1", "SmtpSvc/1/x"], 3, "inside-itself", "beside it"),
        (&["copy", "SmtpSvc/1", "SmtpSvc/Info"], 3, "key-exists", "get /LM/SmtpSvc/Info"),
        (&["copy", "SmtpSvc/1", "SmtpSvc/8/9"], 3, "no-parent", "create /LM/SmtpSvc/8"),
        (&["replace", "a\tb", "c"], 2, "no-text", "control characters"),
        (&["replace", "a", "b", "--under", "SmtpSvc/9"], 3, "key-absent", "1"),
    ] {
        let ran = room.run(&[args, &["--yes", "--format", "json"]].concat());
        assert_eq!(ran.code, code, "{args:?}: {ran:?}");
        let error = &json(&ran)["error"];
        assert_eq!(error["name"], name, "{args:?}: {ran:?}");
        let told = error["hint"].as_str().expect("there is a hint");
        assert!(told.contains(hint), "{args:?}: {told}");
    }
    assert_eq!(room.files(), before);
}

#[test]
fn a_diff_alone_compares_the_newest_backup_with_the_metabase() {
    let room = Room::of("servers/windows-2003.xml");
    let ran = room.run(&["diff"]);
    assert!(ran.code == 1 && ran.stderr.contains("there is no backup"), "{ran:?}");
    room.done(&["set", "SmtpSvc/1", "MaxRecipients", "1", "--yes"]);
    room.done(&["set", "SmtpSvc/1", "MaxRecipients", "2", "--yes"]);
    let ran = room.run(&["diff"]);
    assert_eq!(ran.code, 6, "{ran:?}");
    assert!(ran.stdout.contains("= 1") && ran.stdout.contains("= 2"), "{ran:?}");
}

#[test]
fn an_export_without_a_file_goes_to_standard_output() {
    let room = Room::of("servers/windows-2003.xml");
    let ran = room.done(&["export", "SmtpSvc"]);
    assert!(ran.stdout.contains("Location =\"/LM/SmtpSvc\""), "{ran:?}");
    assert_eq!(room.files().len(), 1);
}

#[test]
fn a_star_in_a_name_finds_every_property_that_fits() {
    let room = Room::of("servers/windows-2003.xml");
    let found = room.done(&["find", "*Directory"]).stdout;
    for name in ["BadMailDirectory = ", "QueueDirectory = ", "LogFileDirectory = "] {
        assert!(found.contains(name), "{name}: {found}");
    }
    let found = json(&room.done(&["find", "Queue*", "--format", "json"]));
    assert_eq!(found["keys"][0]["property"], "QueueDirectory");
}

#[test]
fn the_sites_are_listed_with_what_they_serve() {
    let room = Room::of("servers/shared-host.xml");
    let listed = json(&room.done(&["sites", "--format", "json"]));
    let sites = listed["sites"].as_array().expect("they are listed");
    let web: Vec<_> = sites.iter().filter(|site| site["service"] == "web").collect();
    assert!(web.len() > 100, "{}", web.len());
    let first = web[0];
    assert_eq!(first["key"], format!("/LM/W3SVC/{}", first["number"]), "{first}");
    let binding = &first["bindings"][0];
    assert!(binding["port"].is_u64() && first["path"].is_string(), "{first:#}");
    assert!(sites.iter().any(|site| site["service"] == "smtp"), "no SMTP server");
    let numbers: Vec<_> = web.iter().map(|site| site["number"].as_u64()).collect();
    assert!(numbers.is_sorted());

    let table = room.done(&["sites", "--table", "csv"]).stdout;
    assert!(table.starts_with("service,number,key,name,bindings,path,pool,state,log"), "{table}");
    assert_eq!(table.lines().count(), sites.len() + 1);
    let text = Room::of("servers/windows-2003.xml").done(&["sites"]).stdout;
    for told in
        ["/LM/SmtpSvc/1", "*:25", "starts by itself", r"c:\inetpub\wwwroot", "DefaultAppPool"]
    {
        assert!(text.contains(told), "{told}: {text}");
    }
}
