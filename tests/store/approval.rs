//! Nothing takes the metabase's place before the second look has passed, although both the look
//! and the writing go on at once.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]
#![allow(clippy::disallowed_methods, reason = "tests write what they like")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::store_support::{AFTER, BEFORE, Room, edits};
use metafix::store::{self, Change, Step, StoreError};

/// What the approval says in a test, or what the store says.
#[derive(Debug)]
enum Failed {
    Refused,
    Store,
}

impl From<StoreError> for Failed {
    fn from(_: StoreError) -> Self {
        Self::Store
    }
}

#[test]
fn a_change_that_is_not_approved_leaves_everything_as_it_was() {
    let room = Room::new();
    let edits = edits(BEFORE, AFTER);
    let change = Change { edits: &edits, after: AFTER, why: "a test" };
    let mut steps = Vec::new();
    let refuse = || Err(Failed::Refused);
    let on_step = &mut |step| steps.push(step);
    let error = store::commit_approved(&room.lock(), &room.backups(), &change, refuse, on_step)
        .unwrap_err();
    assert!(matches!(error, Failed::Refused), "{error:?}");
    assert!(steps.contains(&Step::Compare), "it was asked while the file was written: {steps:?}");
    assert!(!steps.contains(&Step::Write), "{steps:?}");
    assert_eq!(room.content(), BEFORE);
    room.assert_clean(&[]);
}

#[test]
fn nothing_goes_on_before_the_approval() {
    let room = Room::new();
    let edits = edits(BEFORE, AFTER);
    let change = Change { edits: &edits, after: AFTER, why: "a test" };
    let approved = AtomicBool::new(false);
    let approve = || {
        std::thread::sleep(Duration::from_millis(200));
        assert_eq!(room.content(), BEFORE);
        assert!(!room.dir().join("metafix-backups").exists());
        approved.store(true, Ordering::SeqCst);
        Ok::<(), Failed>(())
    };
    let on_step = &mut |step| {
        let early = [Step::Sweep, Step::Create, Step::Secure, Step::Compare].contains(&step);
        assert!(early || approved.load(Ordering::SeqCst), "{step:?} before the approval");
    };
    store::commit_approved(&room.lock(), &room.backups(), &change, approve, on_step).unwrap();
    assert_eq!(room.content(), AFTER);
    room.assert_clean(&[1]);
}
