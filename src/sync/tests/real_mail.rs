//! Real messages of many mail programs, from server to content. The folder of messages lies beside the repository.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test panics to fail.

mod support;

use std::path::PathBuf;
use std::sync::Arc;

use mail_parser::{Address, MessageParser};
use support::*;
use sync::{AddressBook, Content, Event, MailboxTask, Owner, OwnerKind};

fn files() -> Vec<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let shared = std::env::var_os("EWS_SHARED_DIR").map_or_else(|| root.join("../shared"), PathBuf::from);
    let mut files: Vec<_> = ["rfc", "legacy"]
        .iter()
        .filter_map(|folder| std::fs::read_dir(shared.join("mail").join(folder)).ok())
        .flatten()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

fn emails(address: Option<&Address<'_>>) -> Vec<String> {
    address
        .into_iter()
        .flat_map(Address::iter)
        .filter_map(|a| a.address())
        .filter(|email| email.contains('@'))
        .map(str::to_lowercase)
        .collect()
}

#[tokio::test]
async fn every_real_message_of_a_contact_to_a_user_arrives_with_its_content() {
    let files = files();
    if files.is_empty() {
        println!("skipped: no mail in ../shared/mail");
        return;
    }
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    let mut book = AddressBook::default();
    let mut expected = 0;
    for (id, file) in (1..).zip(&files) {
        let raw = std::fs::read(file).unwrap();
        jane.deliver("inbox", raw.clone()).unwrap();
        let message = MessageParser::default().parse(&raw).unwrap();
        let from = emails(message.from());
        let others = emails(message.to()).into_iter().find(|to| !from.contains(to));
        let (Some(from), Some(to)) = (from.first(), others) else {
            continue;
        };
        expected += 1;
        let kinds = [(from, OwnerKind::Contact), (&to, OwnerKind::User)];
        for (email, kind) in kinds {
            assert!(book.add(email, Owner { kind, id }), "{email} of {}", file.display());
        }
    }
    let mut run = engine(&server).run(Arc::new(book));
    let mut offers = vec![MailboxTask {
        address: JANE.into(),
        ..MailboxTask::default()
    }];
    let mut collected = 0;
    loop {
        match run.next().await {
            Event::WantsMailbox => match offers.pop() {
                Some(task) => run.offer(task),
                None => run.no_more_mailboxes(),
            },
            Event::Finished => break,
            Event::Batch(batch) => {
                assert!(batch.failure.is_none(), "{:?}", batch.failure);
                collected += batch.messages.len();
                for message in &batch.messages {
                    check(&message.subject, &message.content);
                }
            }
        }
    }
    assert!(expected > 50, "{expected} of {}", files.len());
    assert!(collected >= expected, "{collected} of {expected}");
}

fn check(subject: &str, content: &Content) {
    let something = content.text().is_some() || content.html().is_some() || !content.attachments().is_empty();
    assert!(something, "{subject} has no content");
    for (index, info) in content.attachments().iter().enumerate() {
        let bytes = content.attachment(index).expect("bytes of an attachment");
        assert!(!info.file_name.is_empty() && !info.file_name.contains('/'), "{info:?}");
        let multipart_or_text = info.content_type.starts_with("text/") || info.content_type.starts_with("message/");
        assert!(
            multipart_or_text || bytes.len() as u64 == info.size,
            "{subject}: {info:?} is {}",
            bytes.len()
        );
    }
}
