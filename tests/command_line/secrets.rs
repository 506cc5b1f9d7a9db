//! One rule of secrets: whatever makes a property one (its name, its ID under another name, its
//! flags in words or as a number, the server's own schema), it leaves the program on no way out.

use std::fs;

use crate::program::{Ran, Room};

/// Each secret with its value; the last stands in a comment.
const VALUES: [&str; 7] = [
    "5EC2E700A1",
    "5EC2E700A2",
    "5EC2E700A3",
    "5EC2E700A4",
    "5EC2E700A5",
    "5EC2E700A6",
    "5EC2E700A7",
];

/// A metabase with one secret of each sort in one key, and its schema beside it.
fn room() -> Room {
    let custom = |name: &str, id: &str, value: &str, kind: &str, flags: &str| {
        format!(
            "<Custom Name=\"{name}\" ID=\"{id}\" Value=\"{value}\" Type=\"{kind}\" \
             UserType=\"IIS_MD_UT_SERVER\" Attributes=\"{flags}\" />\n\t"
        )
    };
    let customs = [
        custom("Harmless", "6021", VALUES[0], "STRING", "INHERIT"),
        custom("UnknownName_3003", "3003", VALUES[1], "STRING", "INHERIT"),
        custom("Numbered", "50000", VALUES[2], "STRING", "5"),
        custom("VendorKey", "50001", VALUES[3], "STRING", "INHERIT"),
        custom("UnknownName_50001", "50001", VALUES[4], "STRING", "INHERIT"),
        custom("Neighbour", "50002", "1", "DWORD", "INHERIT"),
    ];
    let metabase = format!(
        "<?xml version =\"1.0\"?>\n<configuration \
         xmlns=\"urn:microsoft-catalog:XML_Metabase_V64_0\">\n<MBProperty>\n\
         <IIsConfigObject\tLocation =\"/LM\"\n\t>\n</IIsConfigObject>\n\
         <IIsSmtpService\tLocation =\"/LM/SmtpSvc\"\n\t\tVendorAttribute=\"{}\"\n\t>\n\t\
         <!-- VendorAttribute=\"{}\" -->\n\t{}\n</IIsSmtpService>\n</MBProperty>\n</configuration>\n",
        VALUES[5],
        VALUES[6],
        customs.concat().trim_end(),
    );
    let schema = fs::read_to_string("fixtures/schema/MBSchema.xml").expect("the fixture is there");
    let row = |name: &str, id: u32| {
        format!(
            "<Property\tInternalName =\"{name}\"\n\t\t\tID=\"{id}\"\n\t\t\tType=\"STRING\"\n\t\t\t\
             UserType=\"IIS_MD_UT_SERVER\"\n\t\t\tAttributes=\"INHERIT | SECURE\"\n\t\t\t\
             DefaultValue=\"\"/>\n\t\t<Property\tInternalName =\"AdminACL\""
        )
    };
    let marker = "<Property\tInternalName =\"AdminACL\"";
    let schema = schema.replacen(marker, &row("VendorKey", 50001), 1);
    let schema = schema.replacen(marker, &row("VendorAttribute", 50003), 1);
    assert!(schema.contains("VendorKey") && schema.contains("VendorAttribute"));
    let room = Room::with(metabase.as_bytes());
    room.write("MBSchema.xml", schema.as_bytes());
    room
}

fn assert_tight(ran: &Ran, args: &[&str]) {
    let shown = format!("{}{}", ran.stdout, ran.stderr);
    for value in VALUES {
        assert!(!shown.contains(value), "{args:?} shows {value}:\n{shown}");
    }
}

#[test]
fn no_way_out_shows_a_secret_whatever_makes_it_one() {
    let room = room();
    let ways: &[&[&str]] = &[
        &["get", "SmtpSvc"],
        &["get", "SmtpSvc", "VendorKey"],
        &["get", "SmtpSvc", "VendorAttribute"],
        &["get", "SmtpSvc", "6021"],
        &["get", "SmtpSvc", "Harmless"],
        &["get", "SmtpSvc", "Numbered"],
        &["find", "VendorKey"],
        &["find", "50001"],
        &["find", "Numbered"],
        &["find", "6021"],
        &["keys"],
        &["show"],
        &["check"],
        &["schema", "VendorKey"],
        &["set", "SmtpSvc", "Neighbour", "2", "-n"],
        &["set", "SmtpSvc", "MaxRecipients", "7", "-n"],
        &["unset", "SmtpSvc", "Neighbour", "-n"],
        &["set-dns-mode", "udp-only", "-n"],
        &["export", "SmtpSvc", "-o", "-"],
        &["repair"],
    ];
    for args in ways {
        assert_tight(&room.run(args), args);
        let json = [*args, &["--format", "json"]].concat();
        assert_tight(&room.run(&json), &json);
    }
    assert_tight(&room.run(&["check", "--sarif"]), &["check", "--sarif"]);
    let masked = room.done(&["set", "SmtpSvc", "Neighbour", "2", "-n"]);
    assert!(
        masked.stdout.contains("********"),
        "the lines around the change are shown: {masked:?}"
    );
}

#[test]
fn no_comparison_and_no_restore_shows_a_secret() {
    let room = room();
    room.done(&["set", "SmtpSvc", "Neighbour", "2"]);
    let changed = String::from_utf8(room.metabase()).expect("it is text");
    let changed = VALUES.iter().fold(changed, |text, value| text.replace(value, "00"));
    room.write("MetaBase.xml", changed.as_bytes());
    for format in ["text", "json"] {
        for args in [
            &["diff", "1", "--format", format][..],
            &["restore", "1", "-n", "--format", format],
            &["restore", "1", "--yes", "--verbose", "--format", format],
            &["backups", "list", "--format", format],
        ] {
            let ran = room.run(args);
            assert!(ran.code == 0 || ran.code == 6, "{args:?}: {ran:?}");
            assert_tight(&ran, args);
        }
        let changed = String::from_utf8(room.metabase()).expect("it is text").replace("5EC2", "01");
        room.write("MetaBase.xml", changed.as_bytes());
    }
}

#[test]
fn no_message_shows_a_secret_of_the_servers_schema() {
    for slip in ["VendorAttribute=5EC2E700A6", "VendorAttribute=\"5EC2E700A6\" 5EC2E700A6"] {
        let room = room();
        let broken = String::from_utf8(room.metabase()).expect("it is text");
        let broken = broken.replace(&format!("VendorAttribute=\"{}\"\n", VALUES[5]), slip);
        room.write("MetaBase.xml", broken.as_bytes());
        for args in
            [&["show"][..], &["check"], &["check", "--sarif"], &["show", "--format", "json"]]
        {
            let ran = room.run(args);
            assert_ne!(ran.code, 0, "{args:?}");
            assert_tight(&ran, args);
        }
    }
}

#[test]
fn an_export_leaves_every_secret_behind_and_says_so() {
    let room = room();
    let ran = room.done(&["export", "SmtpSvc", "-o", "out.xml"]);
    let out = fs::read_to_string(room.path("out.xml")).expect("it is there");
    for value in VALUES {
        assert!(!out.contains(value), "{out}");
    }
    for name in ["Harmless", "Numbered", "VendorKey", "VendorAttribute"] {
        assert!(ran.stderr.contains(name) || ran.stdout.contains(name), "{name}: {ran:?}");
    }
}

#[test]
fn no_secret_is_set_whatever_makes_it_one() {
    let room = room();
    let before = room.metabase();
    for property in [
        "6021",
        "UnknownName_6021",
        "3003",
        "4010",
        "7502",
        "5015",
        "5502",
        "6027",
        "36949",
        "Harmless",
        "Numbered",
        "VendorKey",
        "50001",
        "VendorAttribute",
    ] {
        for args in [
            &["set", "SmtpSvc", property, "x", "--yes"][..],
            &["set", "SmtpSvc", property, "x", "--yes", "--type", "STRING"],
            &["unset", "SmtpSvc", property, "--yes"],
        ] {
            let ran = room.run(args);
            assert_eq!(ran.code, 3, "{args:?}: {ran:?}");
            assert!(ran.stderr.contains("secret"), "{args:?}: {ran:?}");
            assert_eq!(room.metabase(), before, "{args:?}");
        }
    }
    let id = [
        "set",
        "SmtpSvc",
        "Fresh",
        "x",
        "--id",
        "6021",
        "--type",
        "STRING",
        "--user-type",
        "IIS_MD_UT_SERVER",
        "--attributes",
        "INHERIT",
        "--yes",
    ];
    let ran = room.run(&id);
    assert_eq!((ran.code, room.metabase()), (3, before), "{ran:?}");
}

#[test]
fn a_value_below_that_is_secret_is_not_shown_when_it_hides_a_new_one() {
    let room = Room::of("servers/windows-2003.xml");
    for format in ["text", "json"] {
        let args = ["set", "SmtpSvc/1", "SmtpDsAccount", "a", "-n", "--format", format];
        let ran = room.done(&args);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!said.contains("49634462"), "{said}");
        let hides = "/LM/SmtpSvc/1/Sessions overrides the value of /LM/SmtpSvc/1 with its own, \
                     ******** in line 226";
        assert!(said.contains(hides), "{said}");
        // It would be refused.
        assert!(!said.contains("unset /LM/SmtpSvc/1/Sessions"), "{said}");
    }
}

/// Ordinary properties that are secret in a key above, and a secret that looks like a path.
fn room_with_inherited() -> Room {
    let custom = |name: &str, id: u32, value: &str, kind: &str| {
        format!(
            "<Custom Name=\"{name}\" ID=\"{id}\" Value=\"{value}\" Type=\"{kind}\" \
             UserType=\"IIS_MD_UT_SERVER\" Attributes=\"INHERIT | SECURE\" />\n"
        )
    };
    let metabase = format!(
        "<?xml version =\"1.0\"?>\n<configuration \
         xmlns=\"urn:microsoft-catalog:XML_Metabase_V64_0\">\n<MBProperty>\n\
         <IIsConfigObject\tLocation =\"/LM\"\n\t>\n</IIsConfigObject>\n\
         <IIsWebService\tLocation =\"/LM/W3SVC\"\n\t>\n{}{}{}</IIsWebService>\n\
         <IIsWebServer\tLocation =\"/LM/W3SVC/1\"\n\t>\n</IIsWebServer>\n\
         <IIsWebServer\tLocation =\"/LM/W3SVC/2\"\n\t\tRedirected=\"/LM/W3SVC/1\"\n\t>\n\
         </IIsWebServer>\n</MBProperty>\n</configuration>\n",
        custom("ServerBindings", 1023, VALUES[0], "MULTISZ"),
        custom("AccessFlags", 6016, "5150", "DWORD"),
        custom("Vendor", 50001, &format!("/LM/W3SVC/1/{}", VALUES[1]), "STRING"),
    );
    Room::with(metabase.as_bytes())
}

#[test]
fn a_secret_that_a_key_inherits_is_not_copied_to_it() {
    let room = room_with_inherited();
    let before = room.metabase();
    room.write("new.toml", b"[[key]]\npath = \"W3SVC/3\"\n[key.properties]\nAccessWrite = true\n");
    for args in [
        &["set", "W3SVC/1", "ServerBindings", "--add", ":26:", "--yes"][..],
        &["set", "W3SVC/1", "AccessWrite", "true", "--yes"],
        &["create", "W3SVC/3", "AccessWrite=true", "--yes"],
        &["apply", "new.toml", "--yes"],
    ] {
        let ran = room.run(args);
        assert_eq!((ran.code, room.metabase() == before), (3, true), "{args:?}: {ran:?}");
        assert!(ran.stderr.contains("is a secret"), "{args:?}: {ran:?}");
        assert_tight(&ran, args);
    }
}

#[test]
fn a_secret_that_looks_like_a_path_is_not_said_to_refer_to_a_key() {
    let room = room_with_inherited();
    for args in [&["delete", "W3SVC/1", "-n"][..], &["rename", "W3SVC/1", "9", "-n"]] {
        let ran = room.done(args);
        assert!(ran.stderr.contains("Redirected of /LM/W3SVC/2"), "{args:?}: {ran:?}");
        assert_tight(&ran, args);
    }
}
