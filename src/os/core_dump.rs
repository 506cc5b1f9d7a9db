//! No picture of the memory is left on the disk when the program is killed or fails.
//!
//! The metabase is in memory, and secrets in it. A core dump would put them, readable, into
//! whatever folder the program runs in, or into the system's collection of crashes.
//!
//! On Unix the process limits its core files to one byte, and can then not raise the limit any
//! more. One byte, not none: where Linux hands cores to a program (systemd-coredump, apport) it
//! does so at a limit of none too, and refuses at a limit of one (core(5)); a file of one byte is
//! smaller than any core, so none is written either. `PR_SET_DUMPABLE` would do as much, but it
//! also takes the process's entries in `/proc` from the user who runs it, and strace with them.
//!
//! Windows keeps no dump unless somebody asked for it (`LocalDumps`): nothing is done there.

/// From now on there is none. Where the limit cannot be set, what was forbidden before stays so.
#[cfg(unix)]
pub fn forbid() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let most = getrlimit(Resource::Core).maximum.map_or(1, |most| most.min(1));
    let limit = Rlimit { current: Some(most), maximum: Some(most) };
    setrlimit(Resource::Core, limit).unwrap_or_default();
}

/// Here there is none anyway.
#[cfg(not(unix))]
pub fn forbid() {}
