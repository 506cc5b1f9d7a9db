//! The exchange with a DNS server as a drawing: who asked whom by what, what came back, how large
//! it was, and what was cut off.
//!
//! It says everything in words and shapes: a whole answer is a solid line, a truncated one is
//! dashed, and one that did not come ends in a cross.

use maud::{Markup, html};

use super::super::frame::shown;
use super::found::{Back, Probe, Server};

/// How many questions are drawn; the table has all.
const DRAWN: usize = 12;
/// Where the two lines of life stand.
const ASKING: usize = 60;
const ANSWERING: usize = 470;
/// Where the line ends of what did not come: after the words.
const LOST: usize = 400;
/// Where the sizes stand, and how wide the largest is.
const SIZES: usize = 510;
const WIDEST: usize = 200;
/// From one question to the next.
const STEP: usize = 58;
/// Where the first one stands.
const FIRST: usize = 66;

/// The drawing.
pub(super) fn drawn(server: &Server) -> Markup {
    let probes = &server.probes[..server.probes.len().min(DRAWN)];
    let height = FIRST + probes.len() * STEP - 24;
    let largest = probes.iter().filter_map(|probe| probe.bytes).max().unwrap_or(0);
    let whole = probes.iter().filter_map(|probe| probe.mx).max().unwrap_or(0);
    let label = format!("What {} was asked, and what came back", server.address);
    html! {
        @if !probes.is_empty() {
            div.drawing {
                svg viewBox={ "0 0 720 " (height) } role="img" aria-label=(shown(&label)) {
                    text.strong x="0" y="16" { "this machine" }
                    text.strong x=(ANSWERING + 20) y="16" text-anchor="end" {
                        (shown(&short(&server.address, 48)))
                    }
                    @for at in [ASKING, ANSWERING] {
                        line.thin x1=(at) y1="24" x2=(at) y2=(height) {}
                    }
                    text.soft x=(SIZES) y="16" { "size of the answer" }
                    @for (number, probe) in probes.iter().enumerate() {
                        (exchange(probe, FIRST - 20 + number * STEP, largest, whole))
                    }
                }
            }
            @if server.probes.len() > DRAWN {
                p.soft { "The other " (server.probes.len() - DRAWN) " are in the table." }
            }
        }
    }
}

/// One question and its answer, from `top` down.
fn exchange(probe: &Probe, top: usize, largest: usize, whole: usize) -> Markup {
    let (asked, told) = (top + 4, top + 32);
    let question = format!("{}, by {}", short(&probe.question, 36), short(&probe.way, 24));
    let middle = ASKING.midpoint(ANSWERING);
    html! {
        text x=(middle) y=(asked - 5) text-anchor="middle" { (shown(&question)) }
        line.stroke x1=(ASKING) y1=(asked) x2=(ANSWERING - 1) y2=(asked) {}
        path.stroke d=(head(ANSWERING - 1, asked, true)) {}
        text x=(middle) y=(told - 5) text-anchor="middle" { (shown(&answer(probe, whole))) }
        @match probe.back {
            Back::Nothing => {
                line.badline x1=(LOST) y1=(told) x2=(ANSWERING) y2=(told) {}
                path.badline d=(cross(LOST, told)) stroke-width="2" {}
            }
            Back::Whole => {
                line.stroke x1=(ASKING + 1) y1=(told) x2=(ANSWERING) y2=(told) {}
                path.stroke d=(head(ASKING + 1, told, false)) {}
            }
            Back::Truncated => {
                line.stroke x1=(ASKING + 1) y1=(told) x2=(ANSWERING) y2=(told)
                    stroke-dasharray="6 4" {}
                path.stroke d=(head(ASKING + 1, told, false)) {}
            }
        }
        (size(probe, top + 14, largest, whole))
    }
}

/// What came back, in words.
fn answer(probe: &Probe, whole: usize) -> String {
    let mut words = vec![short(&probe.outcome, 24)];
    words.extend(probe.mx.map(|mx| match probe.back {
        Back::Truncated if whole > mx => format!("{mx} of {whole} MX"),
        _ => format!("{mx} MX"),
    }));
    words.push(format!("{} ms", probe.milliseconds));
    words.join(", ")
}

/// How large the answer is beside the largest, and the part of it that is missing.
fn size(probe: &Probe, top: usize, largest: usize, whole: usize) -> Markup {
    let wide = |bytes: usize| (bytes.saturating_mul(WIDEST) / largest.max(1)).clamp(2, WIDEST);
    let cut = probe.back == Back::Truncated && probe.mx.is_some_and(|mx| mx < whole);
    html! {
        @if let Some(bytes) = probe.bytes {
            rect.kept x=(SIZES) y=(top) width=(wide(bytes)) height="10" {}
            @if cut && wide(bytes) < WIDEST {
                rect.lost x=(SIZES + wide(bytes)) y=(top) width=(WIDEST - wide(bytes)) height="10" {}
            }
            text.soft x=(SIZES) y=(top + 24) {
                (bytes) " bytes" @if cut { ", the rest was cut off" }
            }
        } @else {
            text.soft x=(SIZES) y=(top + 10) { "no answer" }
        }
    }
}

/// The head of an arrow.
fn head(x: usize, y: usize, to_the_right: bool) -> String {
    let back = if to_the_right { x - 8 } else { x + 8 };
    format!("M{back} {}L{x} {y}L{back} {}", y - 4, y + 4)
}

fn cross(x: usize, y: usize) -> String {
    let (left, right, over, under) = (x - 6, x + 6, y - 6, y + 6);
    format!("M{left} {over}L{right} {under}M{left} {under}L{right} {over}")
}

/// A text that is not longer than there is room; the table has all of it.
fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
