//! Bodies and files as others read them: Python's `email` and GMime, which nobody here wrote. Every difference stands with its
//! reason in tests/differential/differences.txt; one that is not there, or is there no more, fails.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test panics to fail.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use sync::Content;

/// Debian's own Python has Debian's GMime.
const PYTHON: &str = "/usr/bin/python3";

#[derive(Deserialize)]
struct Reading {
    file: PathBuf,
    leaves: Leaves,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Leaves {
    Read(Vec<Leaf>),
    Failed { error: String },
}

/// A part that is no multipart.
#[derive(Deserialize)]
struct Leaf {
    kind: String,
    name: Option<String>,
    /// Of the decoded content, in hex; none of messages.
    digest: Option<String>,
    attachment: bool,
    text: Option<String>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn corpora() -> Vec<PathBuf> {
    let shared = std::env::var_os("EWS_SHARED_DIR").map_or_else(|| root().join("../shared"), PathBuf::from);
    let mut files: Vec<PathBuf> = ["rfc", "legacy", "malformed", "thirdparty"]
        .iter()
        .filter_map(|folder| std::fs::read_dir(shared.join("mail").join(folder)).ok())
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .chain(
            std::fs::read_dir(root().join("tests/fixtures/cases"))
                .unwrap()
                .map(|entry| entry.unwrap().path()),
        )
        .collect();
    files.sort();
    files
}

/// `folder/file`.
fn label(path: &Path) -> String {
    let name = |path: Option<&Path>| path.and_then(Path::file_name).unwrap().to_string_lossy().into_owned();
    format!("{}/{}", name(path.parent()), name(Some(path)))
}

fn solid(text: &str) -> String {
    text.split_whitespace().collect()
}

/// What differs between the content and what the other reader found.
fn differences(content: &Content, leaves: &[Leaf]) -> Vec<String> {
    let mut found = Vec::new();
    let mut files: Vec<_> = content
        .attachments()
        .iter()
        .enumerate()
        .map(|(number, info)| {
            let bytes = content.attachment(number).expect("bytes");
            assert_eq!(bytes.len() as u64, info.size, "{info:?}");
            let digest: String = Sha256::digest(&bytes)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            (info, digest)
        })
        .collect();
    let (text, html) = (
        solid(content.text().unwrap_or_default()),
        solid(content.html().unwrap_or_default()),
    );
    for leaf in leaves {
        let is_text = matches!(leaf.kind.as_str(), "text/plain" | "text/html");
        if is_text && !leaf.attachment && leaf.name.is_none() {
            let Some(wanted) = leaf.text.as_deref().map(solid) else {
                continue;
            };
            let body = if leaf.kind == "text/html" { &html } else { &text };
            if !body.contains(&wanted) {
                found.push(format!("{} body", leaf.kind));
            }
            continue;
        }
        let same = files.iter().position(|(info, digest)| match &leaf.digest {
            Some(wanted) => wanted == digest,
            None => info.content_type == leaf.kind,
        });
        match same {
            Some(place) => {
                let (info, _) = files.remove(place);
                if leaf.name.as_ref().is_some_and(|name| *name != info.file_name) {
                    found.push(format!("name {:?} for {:?}", info.file_name, leaf.name));
                }
            }
            None => found.push(format!("no file like {:?} of {}", leaf.name, leaf.kind)),
        }
    }
    found.extend(
        files
            .iter()
            .map(|(info, _)| format!("one more file {:?}", info.file_name)),
    );
    found
}

/// Reasons by reader and file.
fn explained() -> BTreeMap<(String, String), String> {
    let table = std::fs::read_to_string(root().join("tests/differential/differences.txt")).unwrap();
    table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let mut columns = line.splitn(3, ' ').map(str::to_owned);
            let mut next = || columns.next().unwrap_or_else(|| panic!("three columns: {line}"));
            let (reader, file) = (next(), next());
            ((reader, file), next())
        })
        .collect()
}

fn compare(reader: &str, files: &[PathBuf]) {
    let script = root().join(format!("tests/differential/{reader}_reader.py"));
    let output = Command::new(PYTHON)
        .arg(script)
        .args(files)
        .output()
        .expect("Debian's python3");
    assert!(
        output.status.success(),
        "{}\nDebian's packages python3-gi and gir1.2-gmime-3.0 are needed.",
        String::from_utf8_lossy(&output.stderr)
    );
    let explained = explained();
    let (mut agreed, mut read, mut wrong) = (0, 0, Vec::new());
    for line in output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let Reading { file, leaves } = serde_json::from_slice(line).expect("a reading");
        read += 1;
        let content = Content::new(std::fs::read(&file).unwrap());
        let found = match leaves {
            Leaves::Read(leaves) => differences(&content, &leaves),
            Leaves::Failed { error } => vec![format!("{reader} fails: {error}")],
        };
        let reason = explained.get(&(reader.to_owned(), label(&file)));
        match (found.is_empty(), reason) {
            (true, None) => agreed += 1,
            (false, Some(_)) => {}
            (true, Some(reason)) => wrong.push(format!("{reader} {} differs no more: {reason}", label(&file))),
            (false, None) => wrong.push(format!("{reader} {} {}", label(&file), found.join("; "))),
        }
    }
    println!("{reader}: {agreed} of {read} messages read the same");
    assert_eq!(read, files.len());
    assert!(wrong.is_empty(), "{} of {read}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn python_reads_the_same_bodies_and_files() {
    compare("email", &corpora());
}

#[test]
fn gmime_reads_the_same_bodies_and_files() {
    compare("gmime", &corpora());
}

#[test]
fn the_corpora_are_there() {
    let real = corpora()
        .iter()
        .filter(|file| !label(file).starts_with("cases/"))
        .count();
    if real == 0 {
        println!("skipped: no mail in ../shared/mail; only tests/fixtures/cases was compared");
    }
}
