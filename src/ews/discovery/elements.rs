//! The texts of an answer's elements, in order. Knows no schema.

use crate::soap::events::{Events, Unreadable};
use crate::soap::text::utf8;

/// Autodiscover's answers are some ten levels deep.
const DEEPEST: usize = 32;

/// Name and text of each element without children, in the order of the answer; empty where it is no XML.
pub(super) fn texts(body: &[u8], wanted: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    // What was read before the answer broke is as good as if it had not.
    let _ = walk(&mut Events::new(&utf8(body)), wanted, &mut found, DEEPEST);
    found
}

fn walk(
    events: &mut Events<'_>,
    wanted: &[&str],
    found: &mut Vec<(String, String)>,
    deepest: usize,
) -> Result<(), Unreadable> {
    while let Some(tag) = events.child()? {
        if wanted.contains(&tag.name()) {
            let name = tag.name().to_owned();
            found.push((name, events.text()?.trim().to_owned()));
        } else if deepest == 0 {
            events.skip()?;
        } else {
            walk(events, wanted, found, deepest - 1)?;
        }
    }
    Ok(())
}

/// The first text of a name.
pub(super) fn first<'a>(texts: &'a [(String, String)], name: &str) -> Option<&'a str> {
    texts
        .iter()
        .find(|(found, text)| found == name && !text.is_empty())
        .map(|(_, text)| text.as_str())
}
