//! The options of a report.

use std::path::PathBuf;

use clap::Args;

/// Where a report goes.
#[derive(Debug, Clone, Default, Args)]
pub struct Page {
    /// Write a page for a ticket too: HTML, complete in one file
    #[arg(long, value_name = "FILE.html", value_parser = page_path)]
    pub report: Option<PathBuf>,

    /// Let --report replace a file that is not an earlier report
    #[arg(long, requires = "report")]
    pub overwrite: bool,
}

/// The name of a page: nobody overwrites a metabase with one by mistake.
pub(super) fn page_path(path: &str) -> Result<PathBuf, &'static str> {
    let path = PathBuf::from(path);
    let ending = path.extension().unwrap_or_default();
    let is_page = ending.eq_ignore_ascii_case("html") || ending.eq_ignore_ascii_case("htm");
    if is_page { Ok(path) } else { Err("a report is HTML: its name ends with .html") }
}
