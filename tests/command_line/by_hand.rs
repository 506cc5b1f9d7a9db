//! What people do with the file by hand, as public reports and Microsoft's articles tell it: each
//! in one step, compared byte by byte with the file as a careful hand would leave it.

use crate::program::{Room, json};

/// A file with each text in the place of another, which stands in it as often as is said.
fn edited(before: &[u8], edits: &[(usize, &str, &str)]) -> String {
    let mut text = String::from_utf8(before.to_vec()).expect("it is text");
    for (count, was, now) in edits {
        assert_eq!(text.matches(was).count(), *count, "{was}");
        text = text.replace(was, now);
    }
    text
}

/// Runs one command, which makes just these edits with one backup; a second run finds nothing to
/// do, and one `restore` takes all of it back.
fn makes(fixture: &str, args: &[&str], edits: &[(usize, &str, &str)]) {
    makes_in(&Room::of(fixture), args, edits);
}

fn makes_in(room: &Room, args: &[&str], edits: &[(usize, &str, &str)]) {
    let before = room.metabase();
    let args = [args, &["--yes"]].concat();
    room.done(&args);
    let (after, expected) = (room.metabase(), edited(&before, edits));
    assert_eq!(String::from_utf8_lossy(&after), expected, "{args:?}");
    assert_eq!(room.backups().len(), 1, "{args:?}");
    if args[0] != "create" && args[0] != "delete" {
        let again = room.done(&args).stderr;
        assert!(again.contains("Nothing to do"), "{args:?}: {again}");
        assert_eq!(room.metabase(), after, "{args:?}");
    }
    room.done(&["restore", "--yes"]);
    assert_eq!(room.metabase(), before, "{args:?}");
}

const WINDOWS: &str = "servers/windows-2003.xml";
const FTP: &str = "by-hand/ftp-and-compression.xml";

/// Replace `D:\websites` by `C:\websites`, `WINNT` by `Windows` in every path, ScriptMaps,
/// HttpErrors: bobondevelopment.com 2007; itprotoday "Pitfalls of the IIS Migration Wizard";
/// TechNet cc784560, cc779372.
#[test]
fn move_the_sites_to_another_drive_and_windows_to_another_folder() {
    let room = Room::of("servers/shared-host.xml");
    let text = String::from_utf8(room.metabase()).expect("it is text");
    let sites = text.matches(r"D:\Sites\").count();
    assert!(sites > 300, "{sites}");
    makes_in(
        &room,
        &["replace", r"d:\sites", r"C:\websites"],
        &[(sites, r"D:\Sites\", r"C:\websites\")],
    );
    let text = String::from_utf8(Room::of(WINDOWS).metabase()).expect("it is text");
    let (script_maps, errors) = (r",C:\WINDOWS\system32\inetsrv\", r",FILE,C:\WINDOWS\help\");
    assert!(text.matches(script_maps).count() > 8 && text.matches(errors).count() > 6);
    let all = text.matches(r"C:\WINDOWS\").count();
    makes(WINDOWS, &["replace", "windows", "WINNT"], &[(all, r"C:\WINDOWS\", r"C:\WINNT\")]);
}

/// Rename one entry of WebSvcExtRestrictionList: errordb.com 2027.
#[test]
fn rename_one_web_service_extension() {
    let asp = r#"1,C:\WINDOWS\system32\inetsrv\asp.dll,0,ASP,"Active Server Pages""#;
    let args = ["set", "W3SVC", "WebSvcExtRestrictionList", "--replace", asp];
    let edits = [(1, "&quot;Active Server Pages&quot;", "&quot;Classic ASP&quot;")];
    makes(
        WINDOWS,
        &[&args[..], &[&asp.replace("Active Server Pages", "Classic ASP")]].concat(),
        &edits,
    );
    // And as `get` shows it, each entry stands on a line of its own.
    let shown = Room::of(WINDOWS).done(&["get", "W3SVC", "WebSvcExtRestrictionList"]).stdout;
    assert!(shown.contains("0,*.exe\n") && !shown.contains(r"\t"), "{shown}");
}

/// Add an extension to HcFileExtensions: many blogs.
#[test]
fn compress_one_more_kind_of_file() {
    let list = "HcFileExtensions=\"htm\r\n\t\t\thtml\r\n\t\t\ttxt\"";
    let more = "HcFileExtensions=\"htm\r\n\t\t\thtml\r\n\t\t\ttxt\r\n\t\t\tcss\r\n\t\t\tjs\"";
    let schemes = "W3SVC/Filters/Compression/*";
    let args = ["set", schemes, "HcFileExtensions", "--add", "css", "js"];
    makes(FTP, &args, &[(2, list, more)]);
}

/// Raise AspMaxRequestEntityAllowed: many blogs.
#[test]
fn allow_larger_requests_to_asp() {
    let edits = [(1, "Allowed=\"204800\"", "Allowed=\"104857600\"")];
    makes(FTP, &["set", "W3SVC", "AspMaxRequestEntityAllowed", "104857600"], &edits);
    // And where it is not there yet.
    let (before, behind) = ("\t\tAspBufferingLimit=\"4194304\"\r\n", "\t\tAspScriptLanguage");
    let new = "\t\tAspMaxRequestEntityAllowed=\"104857600\"\r\n";
    let (was, now) = (format!("{before}{behind}"), format!("{before}{new}{behind}"));
    makes(
        WINDOWS,
        &["set", "W3SVC", "AspMaxRequestEntityAllowed", "104857600"],
        &[(1, &was, &now)],
    );
}

/// Move Queue, Pickup, Drop and BadMail to another drive: KB Q247958.
#[test]
fn move_the_queue_folders_to_another_drive() {
    let folders = ["QueueDirectory", "PickupDirectory", "DropDirectory", "BadMailDirectory"];
    let only = folders.iter().flat_map(|name| ["--property", name]);
    let args = ["replace", r"C:\Inetpub\mailroot", r"E:\Mail"].into_iter();
    let args: Vec<&str> = args.chain(["--under", "SmtpSvc/1"]).chain(only).collect();
    let edits = folders
        .map(|name| (1, format!(r#"{name}="C:\Inetpub\mailroot"#), format!(r#"{name}="E:\Mail"#)));
    let edits: Vec<_> = edits.iter().map(|(count, was, now)| (*count, &**was, &**now)).collect();
    makes(WINDOWS, &args, &edits);
}

/// Logging, LogType, LogFileDirectory, LogFilePeriod, LogFileTruncateSize and LogExtFileFlags:
/// WebAdministrationDsc #61 (wanted since 2015: "every property available").
#[test]
fn set_up_logging() {
    let room = Room::of(WINDOWS);
    let wanted = br#"
[[key]]
path = "SmtpSvc"
[key.properties]
LogType = "enabled"
LogFileDirectory = 'E:\Logs'
LogFilePeriod = "hourly"
LogFileTruncateSize = 1048576
LogExtFileFlags = "LogExtFileDate | LogExtFileTime | LogExtFileHttpStatus"
"#;
    room.write("logging.toml", wanted);
    let old = "\t\tLogExtFileFlags=\"LogExtFileDate | LogExtFileTime | LogExtFileClientIp\"\r\n\
               \t\tLogFileDirectory=\"C:\\WINDOWS\\system32\\LogFiles\"\r\n\t\tLogFilePeriod=\"1\"\r\n\
               \t\tLogFileTruncateSize=\"20971520\"\r\n";
    let new = "\t\tLogExtFileFlags=\"LogExtFileDate | LogExtFileTime | LogExtFileHttpStatus\"\r\n\
               \t\tLogFileDirectory=\"E:\\Logs\"\r\n\t\tLogFilePeriod=\"4\"\r\n\
               \t\tLogFileTruncateSize=\"1048576\"\r\n";
    let edits = [(1, old, new), (1, "LogType=\"0\"", "LogType=\"1\"")];
    makes_in(&room, &["apply", "logging.toml"], &edits);
}

/// Let three addresses relay: Salt, six scripts.
#[test]
fn let_three_addresses_relay() {
    // "Only the list below" with n addresses, as the scripts put it together.
    let addresses = ["c0000207", "c0000208", "c633640a"];
    let words = [
        0x8000_0018_u32,
        0x8000_0020,
        0x8000_003c,
        0x8000_0044,
        1,
        0x4c,
        0,
        0,
        1,
        addresses.len() as u32,
        2,
        addresses.len() as u32 + 1,
        4,
        0,
        0x8000_004c,
        0,
        0,
        0,
        0,
    ];
    let word = |word: &u32| word.to_le_bytes().map(|byte| format!("{byte:02x}")).concat();
    let list = words.iter().map(word).collect::<String>() + "ffffffff" + &addresses.concat();
    let text = String::from_utf8(Room::of(WINDOWS).metabase()).expect("it is text");
    let (_, old) = text.split_once("RelayIpList=\"").expect("there is one");
    let old = old.split('"').next().expect("it ends");
    let args = ["set", "SmtpSvc/1", "RelayIpList", "192.0.2.7", "192.0.2.8", "198.51.100.10"];
    makes(WINDOWS, &args, &[(1, old, &list)]);
}

/// A domain for relaying (`SmtpSvc/1/Domain/x`, RouteAction): sendgrid/docs #303, ascend.in.th.
#[test]
fn send_the_mail_for_a_domain_over_another_host() {
    let args = [
        "create",
        "SmtpSvc/1/Domain/example.org",
        "RouteAction=SMTP_SMARTHOST",
        "RouteActionString=[192.0.2.25]",
    ];
    let before = "<IIsSmtpRoutingSource\tLocation =\"/LM/SmtpSvc/1/RoutingSources\"\r\n";
    let new = "<IIsSmtpDomain\tLocation =\"/LM/SmtpSvc/1/Domain/example.org\"\r\n\
               \t\tRouteAction=\"SMTP_SMARTHOST\"\r\n\t\tRouteActionString=\"[192.0.2.25]\"\r\n\t>\r\n\
               </IIsSmtpDomain>\r\n";
    makes(WINDOWS, &args, &[(1, before, &format!("{new}{before}"))]);
}

/// Remove a leftover site or virtual directory.
#[test]
fn remove_a_leftover_site() {
    let room = Room::of("servers/shared-host.xml");
    let text = String::from_utf8(room.metabase()).expect("it is text");
    let start = text.find("<IIsWebServer\tLocation =\"/LM/W3SVC/4\"").expect("it is there");
    let end =
        start + text[start..].find("<IIsWebServer\tLocation =\"/LM/W3SVC/5\"").expect("the next");
    let gone = &text[start..end];
    assert!(gone.matches("Location =\"/LM/W3SVC/4/").count() > 1, "{gone}");
    makes_in(&room, &["delete", "W3SVC/4", "--recursive"], &[(1, gone, "")]);
}

/// Remove a leftover site or virtual directory.
#[test]
fn remove_a_leftover_virtual_directory() {
    let text = String::from_utf8(Room::of(WINDOWS).metabase()).expect("it is text");
    let start =
        text.find("<IIsWebVirtualDir\tLocation =\"/LM/W3SVC/1/ROOT/scripts\"").expect("there");
    let end = "</IIsWebVirtualDir>\r\n";
    let end = start + text[start..].find(end).expect("it ends") + end.len();
    makes(WINDOWS, &["delete", "W3SVC/1/ROOT/scripts"], &[(1, &text[start..end], "")]);
}

/// List web sites with bindings and paths: four public repositories parse the file for just that.
#[test]
fn list_the_sites_with_bindings_and_paths() {
    let room = Room::of(FTP);
    let table = room.done(&["sites", "--table", "csv"]).stdout;
    let expected = r"service,number,key,name,bindings,path,pool,state,log
web,1,/LM/W3SVC/1,Default Web Site,*:80 ¦ *:80 www.example.com,c:\inetpub\wwwroot,DefaultAppPool,starts by itself,
ftp,1,/LM/MSFTPSVC/1,Default FTP Site,*:21,c:\inetpub\ftproot,,starts by itself,C:\WINDOWS\system32\LogFiles
ftp,2,/LM/MSFTPSVC/2,Drop box,192.0.2.21:2121 ¦ 192.0.2.22:21,D:\Drop,,stopped,D:\Logs
smtp,1,/LM/SmtpSvc/1,Default SMTP Virtual Server,*:25,,,starts by itself,
smtp,2,/LM/SmtpSvc/2,Newsletters,*:2525,,,starts by itself,
";
    assert_eq!(table, expected);
    assert_eq!(room.files().len(), 1);
}

/// The same of FTP sites, as a program reads it and as a person does.
#[test]
fn list_the_ftp_sites() {
    let room = Room::of(FTP);
    let listed = json(&room.done(&["sites", "--format", "json"]));
    let sites = listed["sites"].as_array().expect("they are listed");
    let ftp: Vec<_> = sites.iter().filter(|site| site["service"] == "ftp").collect();
    assert_eq!(ftp.len(), 2, "{listed}");
    let second = serde_json::json!({
        "service": "ftp",
        "number": 2,
        "key": "/LM/MSFTPSVC/2",
        "line": ftp[1]["line"],
        "name": "Drop box",
        "bindings": [
            {"entry": "192.0.2.21:2121:", "address": "192.0.2.21", "port": 2121, "host": "", "secure": false},
            {"entry": "192.0.2.22:21:", "address": "192.0.2.22", "port": 21, "host": "", "secure": false},
        ],
        "path": r"D:\Drop",
        "pool": null,
        "state": "stopped",
        "log": r"D:\Logs",
    });
    assert_eq!(*ftp[1], second);
    let text = room.done(&["sites"]).stdout;
    let shown = "/LM/MSFTPSVC/2  ftp  Drop box  (stopped)\n  listens  192.0.2.21:2121, 192.0.2.22:21\n  \
                 path     D:\\Drop\n  log      D:\\Logs\n";
    assert!(text.contains(shown), "{text}");
}

/// RelayForAuth at each virtual server, for an audit: windevase/sec.
#[test]
fn tell_who_may_relay_after_a_logon() {
    let room = Room::of(FTP);
    let found = json(&room.done(&["find", "RelayForAuth", "--format", "json"]));
    let keys = found["keys"].as_array().expect("they are listed");
    let told: Vec<_> = keys
        .iter()
        .map(|row| format!("{} {} {}", row["key"], row["value"], row["inherited"]).replace('"', ""))
        .collect();
    assert_eq!(
        told,
        ["/LM/SmtpSvc 0 false", "/LM/SmtpSvc/1 0 true", "/LM/SmtpSvc/2 4294967295 false"]
    );
    makes(
        FTP,
        &["unset", "SmtpSvc/2", "RelayForAuth"],
        &[(1, "\t\tRelayForAuth=\"4294967295\"\r\n", "")],
    );
}
