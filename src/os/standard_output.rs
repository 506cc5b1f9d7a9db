//! Whether the process was given a standard output.
//!
//! Where a descriptor from 0 to 2 is closed, std opens `/dev/null` in its place before `main`, so
//! that no file is written by mistake; what is printed is lost then, and nothing fails. So it is
//! looked at before std does: what `.init_array` lists runs when the program is loaded (System V
//! ABI, "Initialization and Termination Functions"), and asks for nothing that is not there yet.
//!
//! Windows gives a process that has no console no standard output, and scheduled tasks run like
//! that: it is no error there.

/// Whether it was closed (`metafix show >&-`).
#[cfg(target_os = "linux")]
#[must_use]
pub fn was_closed() -> bool {
    // Keeps the entry in the program.
    std::hint::black_box(&linux::LOOK_FIRST);
    linux::CLOSED.load(std::sync::atomic::Ordering::Relaxed)
}

/// Nobody has looked.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn was_closed() -> bool {
    false
}

#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "names a section; the function is safe code that calls the kernel")]
mod linux {
    use std::sync::atomic::{AtomicBool, Ordering};

    pub(super) static CLOSED: AtomicBool = AtomicBool::new(false);

    #[used]
    #[unsafe(link_section = ".init_array")]
    pub(super) static LOOK_FIRST: extern "C" fn() = look;

    extern "C" fn look() {
        let flags = rustix::io::fcntl_getfd(rustix::stdio::stdout());
        CLOSED.store(flags == Err(rustix::io::Errno::BADF), Ordering::Relaxed);
    }
}
