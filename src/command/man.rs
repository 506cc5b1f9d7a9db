//! `metafix man`: one page with every command on it, made from what `--help` says.
//!
//! The generator's own page names a page of its own for each command; there are none.

use std::io::{self, Write};

use clap::{Arg, Command, Id};
use clap_mangen::Man;

/// Writes the page.
///
/// # Errors
/// When it cannot be written.
pub fn write(out: &mut dyn Write, command: Command) -> io::Result<()> {
    let mut command = command.disable_help_subcommand(true);
    command.build();
    let page = Man::new(command.clone());
    page.render_title(out)?;
    page.render_name_section(out)?;
    page.render_synopsis_section(out)?;
    page.render_description_section(out)?;
    page.render_options_section(out)?;
    let shared: Vec<_> = command.get_arguments().map(|arg| arg.get_id().clone()).collect();
    for subcommand in command.get_subcommands() {
        describe(out, subcommand, &shared)?;
    }
    if let Some(closing) = command.get_after_long_help() {
        writeln!(out, ".SH NOTES\n.nf")?;
        for line in closing.to_string().lines() {
            writeln!(out, "{}", verbatim(line))?;
        }
        writeln!(out, ".fi")?;
    }
    Ok(())
}

/// A section for a command, and one for each of its own; what all commands share stands once.
fn describe(out: &mut dyn Write, command: &Command, shared: &[Id]) -> io::Result<()> {
    let is_shared = |arg: &Arg| shared.contains(arg.get_id());
    let hidden = command.clone().mut_args(|arg| if is_shared(&arg) { arg.hide(true) } else { arg });
    let page = Man::new(hidden);
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    writeln!(out, ".SH {}", verbatim(&format!("\"{}\"", name.to_uppercase())))?;
    untitled(out, |section| page.render_synopsis_section(section))?;
    writeln!(out, ".PP")?;
    untitled(out, |section| page.render_description_section(section))?;
    if command.get_arguments().any(|arg| !is_shared(arg)) {
        untitled(out, |section| page.render_options_section(section))?;
    }
    command.get_subcommands().try_for_each(|subcommand| describe(out, subcommand, shared))
}

/// A section without its heading.
fn untitled(
    out: &mut dyn Write,
    render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut section = Vec::new();
    render(&mut section)?;
    let lines = section.split_inclusive(|byte| *byte == b'\n');
    lines.filter(|line| !line.starts_with(b".SH ")).try_for_each(|line| out.write_all(line))
}

/// Text that is no command to the formatter.
fn verbatim(line: &str) -> String {
    let line = line.replace('\\', "\\e").replace('-', "\\-");
    if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line }
}
