//! The replacements for what Windows Server 2003 lacks, each against the system's own function.
//!
//! `tests/windows/test` builds with `nt52-forced`, so that every other test runs on them too.
#![cfg(all(windows, feature = "nt52"))]
#![allow(clippy::disallowed_methods, reason = "tests prepare the disk")]
#![allow(clippy::print_stdout, reason = "says what is skipped")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]
#![allow(unsafe_code, reason = "calls functions of Windows as their pages say")]

use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::fs::{self, File};
use std::os::windows::ffi::{OsStrExt, OsStringExt};
use std::os::windows::fs::OpenOptionsExt;
use std::os::windows::io::AsRawHandle;
use std::path::{Path, PathBuf};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use metafix::os::nt52::{file, in_use, lock, once, path, timer};
use windows_sys::Win32::Foundation::{
    CloseHandle, ERROR_INVALID_PARAMETER, ERROR_MORE_DATA, GENERIC_READ, GENERIC_WRITE,
    GetLastError, HANDLE, SetLastError, WAIT_OBJECT_0,
};
use windows_sys::Win32::Storage::FileSystem::{
    DDD_REMOVE_DEFINITION, DELETE, DefineDosDeviceW, FILE_FLAG_BACKUP_SEMANTICS,
    FileAttributeTagInfo, FileBasicInfo, FileDispositionInfo, FileEndOfFileInfo,
    FileIdBothDirectoryInfo, FileIdBothDirectoryRestartInfo, FileIdInfo, FileNameInfo,
    FileRenameInfo, FileStandardInfo,
};
use windows_sys::Win32::System::LibraryLoader::{GetModuleHandleW, GetProcAddress};
use windows_sys::Win32::System::Threading::{
    INFINITE, INIT_ONCE_INIT_FAILED, SetWaitableTimer, WaitForSingleObject,
};

type Query = unsafe extern "system" fn(HANDLE, i32, *mut c_void, u32) -> i32;
type Set = unsafe extern "system" fn(HANDLE, i32, *const c_void, u32) -> i32;
type FinalPath = unsafe extern "system" fn(HANDLE, *mut u16, u32, u32) -> u32;

/// The system's own function.
fn real<F: Copy>(name: &str) -> F {
    let name = format!("{name}\0");
    unsafe {
        let module = GetModuleHandleW(windows_sys::core::w!("kernel32.dll"));
        let found = GetProcAddress(module, name.as_ptr()).expect("this system has it");
        std::mem::transmute_copy(&found)
    }
}

/// Answer and error of a call.
fn told<T>(call: impl FnOnce() -> T) -> (T, u32) {
    unsafe { SetLastError(0) };
    let answer = call();
    (answer, unsafe { GetLastError() })
}

#[test]
fn with_a_forced_build_all_nine_are_in_use() {
    let wanted = if cfg!(feature = "nt52-forced") { 9 } else { 0 };
    assert_eq!(in_use().len(), wanted, "{:?}", in_use());
}

struct Shared(UnsafeCell<u64>);
// SAFETY: only who has the lock touches it.
unsafe impl Sync for Shared {}

#[test]
fn the_lock_keeps_32_threads_apart_for_a_million_rounds() {
    let word = AtomicUsize::new(0);
    let shared = Shared(UnsafeCell::new(0));
    let (threads, rounds) = (32, 1_000_000 / 32);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let (word, shared) = (&word, &shared);
                for round in 0..rounds {
                    unsafe { lock::acquire((&raw const *word).cast_mut()) };
                    unsafe { *shared.0.get() += 1 };
                    if round % 1024 == 0 {
                        std::thread::yield_now();
                    }
                    unsafe { lock::release((&raw const *word).cast_mut()) };
                }
            });
        }
    });
    assert_eq!(unsafe { *shared.0.get() }, threads * rounds);
    assert_eq!(word.into_inner(), 0, "nobody is left");
}

#[test]
fn a_lock_is_tried_without_waiting() {
    let mut word = AtomicUsize::new(0);
    let word = &raw mut word;
    unsafe {
        assert_eq!(lock::try_acquire(word), 1);
        assert_eq!(lock::try_acquire(word), 0, "it is taken");
        lock::release(word);
        assert_eq!(lock::try_acquire(word), 1);
        lock::release(word);
    }
    let shared = Shared(UnsafeCell::new(0));
    let word = AtomicUsize::new(0);
    let wins = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let (word, shared) = ((&raw const word).cast_mut(), &shared);
                for _ in 0..20_000 {
                    if unsafe { lock::try_acquire(word) } == 1 {
                        unsafe { *shared.0.get() += 1 };
                        wins.fetch_add(1, Ordering::Relaxed);
                        unsafe { lock::release(word) };
                    }
                }
            });
        }
    });
    assert_eq!(unsafe { *shared.0.get() } as usize, wins.into_inner());
}

#[test]
fn whoever_sleeps_at_a_condition_is_woken_or_goes_when_the_time_is_over() {
    let (word, condition) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let waiting = Shared(UnsafeCell::new(0));
    let (lock, variable) = ((&raw const word).cast_mut(), (&raw const condition).cast_mut());
    unsafe {
        lock::acquire(lock);
        let (answer, error) = told(|| lock::sleep(variable, lock, 20, 0));
        assert_eq!((answer, error), (0, 1460), "ERROR_TIMEOUT");
        assert_eq!(lock::try_acquire(lock), 0, "it has the lock again");
        lock::release(lock);
    }
    for all in [true, false] {
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let (waiting, word, condition) = (&waiting, &word, &condition);
                    let lock = (&raw const *word).cast_mut();
                    let variable = (&raw const *condition).cast_mut();
                    unsafe {
                        lock::acquire(lock);
                        *waiting.0.get() += 1;
                        assert_eq!(lock::sleep(variable, lock, INFINITE, 0), 1);
                        *waiting.0.get() -= 1;
                        lock::release(lock);
                    }
                });
            }
            // Once all are counted, all sleep: they are counted and put to sleep under the lock.
            while condition.load(Ordering::Acquire) < 8 {
                std::thread::yield_now();
            }
            for _ in 0..if all { 1 } else { 8 } {
                let variable = (&raw const condition).cast_mut();
                unsafe {
                    match all {
                        true => lock::wake_all(variable),
                        false => lock::wake_one(variable),
                    }
                }
            }
        });
        assert_eq!(unsafe { *waiting.0.get() }, 0);
    }
}

#[test]
fn of_32_racers_one_does_it_and_the_others_wait() {
    for _ in 0..50 {
        let word = AtomicUsize::new(0);
        let (first, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..32 {
                scope.spawn(|| {
                    let word = (&raw const word).cast_mut();
                    let (mut pending, mut context) = (0, null_mut());
                    loop {
                        let begun =
                            unsafe { once::begin(word, 0, &raw mut pending, &raw mut context) };
                        assert_eq!(begun, 1);
                        if pending == 0 {
                            break;
                        }
                        // The first try fails, and another one has to do it.
                        if first.fetch_add(1, Ordering::SeqCst) == 0 {
                            let flags = INIT_ONCE_INIT_FAILED;
                            assert_eq!(unsafe { once::complete(word, flags, null_mut()) }, 1);
                            continue;
                        }
                        done.fetch_add(1, Ordering::SeqCst);
                        assert_eq!(unsafe { once::complete(word, 0, 0x40 as *mut c_void) }, 1);
                    }
                    assert_eq!(done.load(Ordering::SeqCst), 1, "it was waited for");
                    assert!(context.is_null() || context as usize == 0x40);
                });
            }
        });
        assert_eq!((first.into_inner(), done.into_inner()), (2, 1));
    }
}

#[test]
fn a_timer_waits_as_long_as_the_systems_own() {
    type Create = unsafe extern "system" fn(
        *const windows_sys::Win32::Security::SECURITY_ATTRIBUTES,
        *const u16,
        u32,
        u32,
    ) -> HANDLE;
    for create in [timer::create as Create, real::<Create>("CreateWaitableTimerExW")] {
        let handle = unsafe { create(std::ptr::null(), std::ptr::null(), 0, 0x1F0003) };
        assert!(!handle.is_null());
        let begun = Instant::now();
        let due = -300_000;
        unsafe {
            assert_ne!(SetWaitableTimer(handle, &raw const due, 0, None, std::ptr::null(), 0), 0);
            assert_eq!(WaitForSingleObject(handle, INFINITE), WAIT_OBJECT_0);
            CloseHandle(handle);
        }
        assert!(begun.elapsed() >= Duration::from_millis(25), "{:?}", begun.elapsed());
    }
    let (handle, error) =
        told(|| unsafe { timer::create(std::ptr::null(), std::ptr::null(), 0x80, 0) });
    assert!(handle.is_null() && error == ERROR_INVALID_PARAMETER);
}

fn open(path: &Path, access: u32) -> File {
    let mut options = fs::OpenOptions::new();
    options.access_mode(access).share_mode(7).custom_flags(FILE_FLAG_BACKUP_SEMANTICS);
    options.open(path).unwrap()
}

#[test]
fn the_five_classes_that_std_asks_answer_as_the_systems_own() {
    let dir = tempfile::tempdir().unwrap();
    let plain = dir.path().join("plain");
    fs::write(&plain, "content").unwrap();
    let read_only = dir.path().join("read-only");
    fs::write(&read_only, "content").unwrap();
    let mut permissions = fs::metadata(&read_only).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&read_only, permissions).unwrap();
    let linked = dir.path().join("linked");
    fs::write(&linked, "content").unwrap();
    fs::hard_link(&linked, dir.path().join("second")).unwrap();
    let goes = dir.path().join("goes");
    fs::write(&goes, "content").unwrap();
    let going = open(&goes, GENERIC_READ | DELETE);
    let gone = 1_u8;
    let marked = unsafe {
        file::set(going.as_raw_handle(), FileDispositionInfo, (&raw const gone).cast(), 1)
    };
    assert_eq!(marked, 1);

    let own = file::query as Query;
    let theirs = real::<Query>("GetFileInformationByHandleEx");
    let files = [
        ("file", open(&plain, GENERIC_READ)),
        ("folder", open(dir.path(), GENERIC_READ)),
        ("read-only", open(&read_only, GENERIC_READ)),
        ("hard-linked", open(&linked, GENERIC_READ)),
        ("to be deleted", going),
    ];
    for (what, file) in &files {
        for class in [FileBasicInfo, FileStandardInfo, FileNameInfo, FileAttributeTagInfo] {
            // Too little room, just enough, and more.
            for size in [2_u32, 4, 8, 24, 40, 1024] {
                let ask = |function: Query| {
                    let mut room = [0_u64; 128];
                    let place = room.as_mut_ptr().cast();
                    let answer =
                        told(|| unsafe { function(file.as_raw_handle(), class, place, size) });
                    (answer, room)
                };
                let ((answer, error), found) = ask(own);
                let ((wanted, code), theirs) = ask(theirs);
                assert_eq!((answer, found), (wanted, theirs), "{what} {class} {size}");
                assert!(answer == 1 || error == code, "{what} {class} {size}: {error} {code}");
            }
        }
    }
    let mut small = [0_u64; 1];
    let handle = files[0].1.as_raw_handle();
    let (_, error) = told(|| unsafe { own(handle, FileNameInfo, small.as_mut_ptr().cast(), 8) });
    assert_eq!(error, ERROR_MORE_DATA);
    let (_, error) = told(|| unsafe { own(handle, FileIdInfo, small.as_mut_ptr().cast(), 8) });
    assert_eq!(error, ERROR_INVALID_PARAMETER, "std then takes its older way");
    assert_eq!(names(own, dir.path()), names(theirs, dir.path()));
    assert!(names(own, dir.path()).len() >= 7, "{:?}", names(own, dir.path()));
}

/// What is in a folder: names, attributes and sizes.
fn names(function: Query, folder: &Path) -> Vec<(String, u32, i64)> {
    let folder = open(folder, GENERIC_READ);
    let (mut class, mut found) = (FileIdBothDirectoryRestartInfo, Vec::new());
    loop {
        let mut room = vec![0_u64; 64];
        let done =
            unsafe { function(folder.as_raw_handle(), class, room.as_mut_ptr().cast(), 512) };
        if done == 0 {
            found.sort();
            return found;
        }
        class = FileIdBothDirectoryInfo;
        let bytes: Vec<u8> = room.iter().flat_map(|word| word.to_ne_bytes()).collect();
        let number = |at: usize| u32::from_ne_bytes(bytes[at..at + 4].try_into().unwrap());
        let mut at = 0;
        loop {
            let name = &bytes[at + 104..at + 104 + number(at + 60) as usize];
            let name: Vec<u16> =
                name.chunks(2).map(|pair| u16::from_ne_bytes([pair[0], pair[1]])).collect();
            let size = i64::from_ne_bytes(bytes[at + 40..at + 48].try_into().unwrap());
            found.push((String::from_utf16(&name).unwrap(), number(at + 56), size));
            match number(at) {
                0 => break,
                next => at += next as usize,
            }
        }
    }
}

/// The structure for a new name.
fn new_name(path: &Path, replace: bool) -> Vec<u64> {
    let name: Vec<u16> = path.as_os_str().encode_wide().collect();
    let at = if cfg!(target_pointer_width = "64") { 20 } else { 12 };
    let mut bytes = vec![0_u8; at];
    bytes[0] = replace.into();
    bytes[at - 4..at].copy_from_slice(&u32::try_from(name.len() * 2).unwrap().to_ne_bytes());
    bytes.extend(name.iter().flat_map(|unit| unit.to_ne_bytes()));
    bytes.resize(bytes.len().next_multiple_of(8) + 8, 0);
    bytes.chunks(8).map(|chunk| u64::from_ne_bytes(chunk.try_into().unwrap())).collect()
}

#[test]
fn a_file_is_renamed_cut_and_deleted_by_its_handle_as_by_the_systems_own() {
    let own = file::set as Set;
    let theirs = real::<Set>("SetFileInformationByHandle");
    let run = |set: Set| {
        let dir = tempfile::tempdir().unwrap();
        let (one, two, three) =
            (dir.path().join("one"), dir.path().join("two"), dir.path().join("three"));
        fs::write(&one, "content").unwrap();
        fs::write(&two, "in the way").unwrap();
        let file = open(&one, GENERIC_READ | GENERIC_WRITE | DELETE);
        let handle = file.as_raw_handle();
        let mut said = Vec::new();
        let mut rename = |to: &Path, replace| {
            let new = new_name(to, replace);
            let size = u32::try_from(new.len() * 8).unwrap();
            let (answer, error) =
                told(|| unsafe { set(handle, FileRenameInfo, new.as_ptr().cast(), size) });
            said.push((answer, if answer == 0 { error } else { 0 }));
        };
        rename(&three, false);
        assert!(three.exists() && !one.exists());
        rename(&two, false);
        rename(&two, true);
        rename(&dir.path().join("no folder").join("name"), false);
        assert_eq!(fs::read(&two).unwrap(), b"content");
        let end = 3_i64;
        let cut = told(|| unsafe { set(handle, FileEndOfFileInfo, (&raw const end).cast(), 8) }).0;
        assert_eq!((cut, fs::read(&two).unwrap()), (1, b"con".to_vec()));
        let reader = open(&two, GENERIC_READ);
        let yes = 1_u8;
        let refused = told(|| unsafe {
            set(reader.as_raw_handle(), FileDispositionInfo, (&raw const yes).cast(), 1)
        });
        said.push(refused);
        drop(reader);
        let deleted = unsafe { set(handle, FileDispositionInfo, (&raw const yes).cast(), 1) };
        drop(file);
        assert!(deleted == 1 && !two.exists());
        said
    };
    let said = run(own);
    assert_eq!(said, run(theirs));
    assert_eq!((said[0].0, said[1], said[2].0), (1, (0, 183), 1), "{said:?}");
    assert_eq!(said[4], (0, 5), "whoever may only read may not delete");
}

fn final_path(function: FinalPath, file: &File) -> (Result<PathBuf, u32>, u32) {
    let mut room = [0_u16; 600];
    let (length, error) =
        told(|| unsafe { function(file.as_raw_handle(), room.as_mut_ptr(), 600, 0) });
    if length == 0 {
        return (Err(error), 0);
    }
    let path = std::ffi::OsString::from_wide(&room[..length as usize]);
    // With too little room the answer is how much there must be.
    let needed = unsafe { function(file.as_raw_handle(), room.as_mut_ptr(), 4, 0) };
    (Ok(path.into()), needed)
}

#[test]
fn the_path_of_an_open_file_is_the_systems_own() {
    let own = path::final_path as FinalPath;
    let theirs = real::<FinalPath>("GetFinalPathNameByHandleW");
    let dir = tempfile::tempdir().unwrap();
    let plain = dir.path().join("A file äöü.xml");
    fs::write(&plain, "content").unwrap();
    for path in [plain.as_path(), dir.path(), Path::new(r"C:\"), Path::new(r"C:\windows\system32")]
    {
        let file = open(path, GENERIC_READ);
        assert_eq!(final_path(own, &file), final_path(theirs, &file), "{}", path.display());
    }
    let (found, needed) = final_path(own, &open(&plain, GENERIC_READ));
    let found = found.unwrap();
    assert_eq!(needed as usize, found.as_os_str().encode_wide().count() + 1);
    assert_eq!(fs::read(&found).unwrap(), b"content");

    // A substituted drive: the path is that of the folder it stands for, not the letter's.
    // Not every Wine makes one: then there is nothing to compare.
    let wide = |text: &str| text.encode_utf16().chain([0]).collect::<Vec<u16>>();
    let (drive, target) = (wide("Q:"), wide(dir.path().to_str().unwrap()));
    let made = unsafe { DefineDosDeviceW(0, drive.as_ptr(), target.as_ptr()) } != 0;
    let substituted = Path::new(r"Q:\A file äöü.xml");
    if made && substituted.exists() {
        let file = open(substituted, GENERIC_READ);
        let (mine, system) = (final_path(own, &file).0, final_path(theirs, &file).0);
        assert_eq!(fs::read(mine.unwrap()).unwrap(), fs::read(system.unwrap()).unwrap());
    } else {
        println!("skipped: there is no substituted drive here");
    }
    unsafe { DefineDosDeviceW(DDD_REMOVE_DEFINITION, drive.as_ptr(), std::ptr::null()) };
    // A file without a name has no path. Some Wine keeps the name until the file is closed.
    let goes = dir.path().join("goes");
    fs::write(&goes, "").unwrap();
    let going = open(&goes, GENERIC_READ | DELETE);
    fs::remove_file(&goes).unwrap();
    assert!(final_path(own, &going).0.is_err() || goes.exists());
    let other = unsafe { path::final_path(going.as_raw_handle(), null_mut(), 0, 1) };
    assert_eq!(other, 0, "no other form of the path");
}
