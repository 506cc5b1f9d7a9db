//! The `metafix` program; everything it does is in the library.

fn main() -> std::process::ExitCode {
    metafix::command::main()
}
