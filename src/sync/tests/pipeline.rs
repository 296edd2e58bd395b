//! What comes out of a server, and what does not.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test panics to fail.

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use exchange_server::{Book, Plan, ServerVersion};
use support::*;
use sync::{AddressBook, Collects, Direction, Engine, Event, MailboxTask, Owner, OwnerKind, Settings};

#[tokio::test]
async fn mail_of_a_contact_and_a_user_is_collected_from_every_product_and_no_other() {
    for version in ServerVersion::ALL {
        let server = server().version(version).start().await.unwrap();
        let jane = server.mailbox(JANE).unwrap();
        jane.create_folder("inbox/Customers").unwrap();
        jane.deliver("inbox", mail("in", &format!("Cus Tomer <{CUSTOMER}>"), JANE))
            .unwrap();
        jane.deliver(
            "inbox/Customers",
            mail("cc", "C@Customer.Example", &format!("x@else.example, {JOE}")),
        )
        .unwrap();
        jane.deliver("sentitems", mail("out", JANE, CUSTOMER)).unwrap();
        jane.deliver("inbox", mail("stranger", "s@else.example", JANE)).unwrap();
        jane.deliver("inbox", mail("internal", JOE, JANE)).unwrap();
        jane.deliver("sentitems", mail("to stranger", JANE, "s@else.example"))
            .unwrap();
        jane.deliver("inbox", mail("contact to stranger", CUSTOMER, "s@else.example"))
            .unwrap();
        jane.deliver("junkemail", mail("junk", CUSTOMER, JANE)).unwrap();
        jane.deliver("drafts", mail("draft", JANE, CUSTOMER)).unwrap();
        jane.deliver("deleteditems", mail("deleted", CUSTOMER, JANE)).unwrap();
        let mut host = Host::default();
        host.run(&engine(&server), &[JANE]).await;
        assert!(host.failures.is_empty(), "{version:?}: {:?}", host.failures);
        assert_eq!(host.subjects(), ["cc", "in", "out"], "{version:?}");
        assert_eq!(host.done, [JANE]);
    }
}

#[tokio::test]
async fn a_message_arrives_as_its_header_and_body_have_it() {
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    let file = include_str!("../../../tests/fixtures/mime/related.eml").replace('\n', "\r\n");
    jane.deliver_read("inbox", file).unwrap();
    let mut run = engine(&server).run(Arc::new(book()));
    let mut found = Vec::new();
    let mut offered = false;
    loop {
        match run.next().await {
            Event::WantsMailbox if offered => run.no_more_mailboxes(),
            Event::WantsMailbox => {
                offered = true;
                run.offer(MailboxTask {
                    address: JANE.into(),
                    ..MailboxTask::default()
                });
            }
            Event::Batch(batch) => found.extend(batch.messages),
            Event::Finished => break,
        }
    }
    let [message] = &found[..] else {
        panic!("one message, not {}", found.len());
    };
    assert_eq!(message.message_id, "<related@customer.example>");
    assert_eq!(message.direction, Direction::Incoming);
    assert_eq!(message.subject, "Grüße");
    assert_eq!(
        (message.from.name.as_deref(), message.from.email.as_str()),
        (Some("Customer"), CUSTOMER)
    );
    assert_eq!(message.to[0].email, JANE);
    assert_eq!(message.in_reply_to.as_deref(), Some("<b@x>"));
    assert_eq!(message.references, ["<a@x>", "<b@x>"]);
    assert!(message.read);
    assert_eq!(message.sent, std::time::UNIX_EPOCH + Duration::from_secs(1_772_440_200));
    assert_eq!(message.content.text(), Some("Grüße"));
    assert_eq!(message.content.attachments().len(), 3);
    let matched: Vec<_> = message
        .matches
        .iter()
        .map(|m| (m.email.as_str(), m.kind, m.id))
        .collect();
    assert_eq!(matched, [(CUSTOMER, OwnerKind::Contact, 7), (JANE, OwnerKind::User, 1)]);
}

#[tokio::test]
async fn a_second_run_brings_only_what_is_new_and_tells_flags_and_removals() {
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    let first = jane.deliver("inbox", mail("first", CUSTOMER, JANE)).unwrap();
    let gone = jane.deliver("inbox", mail("gone", CUSTOMER, JANE)).unwrap();
    let mut host = Host::default();
    let engine = engine(&server);
    host.run(&engine, &[JANE]).await;
    assert_eq!(host.subjects(), ["first", "gone"]);
    jane.deliver("inbox", mail("second", CUSTOMER, JANE)).unwrap();
    jane.mark_read(&first, true).unwrap();
    jane.delete(&gone).unwrap();
    host.run(&engine, &[JANE]).await;
    assert_eq!(host.subjects(), ["first", "gone", "second"]);
    assert_eq!(host.repeated, 0);
    assert_eq!(host.read.get(&first), Some(&true));
    assert_eq!(host.removed, [gone]);
}

#[tokio::test]
async fn a_mailbox_without_news_costs_one_request() {
    let server = server().start().await.unwrap();
    deliver(&server, JANE, "first");
    let mut host = Host::default();
    let engine = engine(&server);
    host.run(&engine, &[JANE]).await;
    // Stamps have whole seconds: the next look after two of them settles it.
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    host.run(&engine, &[JANE]).await;
    server.reset_requests();
    host.run(&engine, &[JANE]).await;
    assert_eq!(server.requests().len(), 1, "{:?}", server.stats().operations);
    deliver(&server, JANE, "second");
    host.run(&engine, &[JANE]).await;
    assert_eq!(host.subjects(), ["first", "second"]);
}

#[tokio::test]
async fn exactly_what_must_be_collected_comes_out_of_generated_mailboxes() {
    let plan: Plan = "users=4,messages=1500,contacts=300,matched=0.1,size=4k,seed=7"
        .parse()
        .unwrap();
    let generated = Book::new(&plan);
    let server = server().generate(plan.clone()).start().await.unwrap();
    let mut book = AddressBook::default();
    let mut mailboxes = Vec::new();
    for (kind, csv) in [
        (OwnerKind::User, generated.users_csv()),
        (OwnerKind::Contact, generated.contacts_csv()),
    ] {
        for line in csv.lines().skip(1) {
            let mut fields = line.split(',');
            let (email, id) = (fields.next().unwrap(), fields.next().unwrap().parse().unwrap());
            book.add(email, Owner { kind, id });
            if kind == OwnerKind::User {
                mailboxes.push(email.to_owned());
            }
        }
    }
    let domain = mailboxes[0].split_once('@').unwrap().1.to_owned();
    let engine = Engine::new(Settings {
        domains: vec![domain],
        ..settings(&server)
    })
    .unwrap();
    let mailboxes: Vec<&str> = mailboxes.iter().map(String::as_str).collect();
    let mut host = Host::default();
    host.follow(&mut engine.run(Arc::new(book)), &mailboxes).await;
    assert!(host.failures.is_empty(), "{:?}", host.failures);
    let found: BTreeSet<_> = host.stored.keys().cloned().collect();
    let expected: BTreeSet<_> = plan.expected().map(|e| (e.mailbox, e.message_id)).collect();
    assert_eq!(found, expected);
    assert!(!expected.is_empty() && host.repeated == 0);
    let connections = server.stats().connections;
    assert!(
        connections <= Settings::default().concurrency as u64,
        "{connections} connections"
    );
}

#[tokio::test]
async fn addresses_by_legacy_dn_are_resolved_once() {
    let server = server().shown_as_ex(JANE).shown_as_ex(JOE).start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    for n in 0..5 {
        jane.deliver("sentitems", mail(&format!("out {n}"), JANE, CUSTOMER))
            .unwrap();
    }
    jane.deliver("inbox", mail("in", CUSTOMER, &format!("{JANE}, {JOE}")))
        .unwrap();
    let mut host = Host::default();
    host.run(&engine(&server), &[JANE]).await;
    assert_eq!(host.stored.len(), 6);
    assert!(
        server.stats().operations["ResolveNames"] <= 2,
        "{:?}",
        server.stats().operations
    );
}

#[tokio::test]
async fn mail_comes_in_the_servers_order_whether_or_not_its_summary_names_the_sender() {
    let server = server().shown_as_ex(JOE).start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    // More than a request's worth, so that they are asked for by what their summaries told.
    let subjects: Vec<String> = (1..=300).map(|number| number.to_string()).collect();
    for (number, subject) in subjects.iter().enumerate() {
        // A colleague by legacy DN.
        let (from, to) = if number % 2 == 0 {
            (CUSTOMER, JANE)
        } else {
            (JOE, CUSTOMER)
        };
        jane.deliver("inbox", mail(subject, from, to)).unwrap();
    }
    let mut host = Host::default();
    host.run(&engine(&server), &[JANE]).await;
    assert_eq!(host.arrived, subjects);
    assert!(host.failures.is_empty() && host.skipped.is_empty());
}

#[tokio::test]
async fn mail_before_the_start_date_and_outside_the_named_folders_is_left_out() {
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    let old = mail("old", CUSTOMER, JANE).replace("Mar 2026", "Mar 2016");
    jane.deliver("inbox", old).unwrap();
    jane.deliver("inbox", mail("new", CUSTOMER, JANE)).unwrap();
    jane.create_folder("Projects").unwrap();
    jane.deliver("Projects", mail("project", CUSTOMER, JANE)).unwrap();
    let engine = Engine::new(Settings {
        since: Some(std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_000)),
        folders: vec!["inbox".into()],
        ..settings(&server)
    })
    .unwrap();
    let mut host = Host::default();
    host.run(&engine, &[JANE]).await;
    assert_eq!(host.subjects(), ["new"]);
}

#[tokio::test]
async fn a_mailbox_collects_all_that_is_addressed_to_it_where_the_host_asks_for_that() {
    for version in ServerVersion::ALL {
        let server = server().version(version).start().await.unwrap();
        let jane = server.mailbox(JANE).unwrap();
        jane.deliver("inbox", mail("stranger", "s@else.example", JANE)).unwrap();
        jane.deliver("inbox", mail("contact", CUSTOMER, JANE)).unwrap();
        jane.deliver("inbox", mail("not to her", "s@else.example", "other@company.example"))
            .unwrap();
        jane.deliver("sentitems", mail("answer", JANE, "s@else.example"))
            .unwrap();
        let mut host = Host {
            collects: Collects::Addressed,
            ..Host::default()
        };
        host.run(&engine(&server), &[JANE]).await;
        assert!(host.failures.is_empty(), "{version:?}: {:?}", host.failures);
        assert_eq!(host.subjects(), ["answer", "contact", "stranger"], "{version:?}");
    }
}

#[tokio::test]
async fn a_mailbox_may_have_a_start_date_of_its_own() {
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    let old = mail("old", CUSTOMER, JANE).replace("Mar 2026", "Mar 2016");
    jane.deliver("inbox", old).unwrap();
    jane.deliver("inbox", mail("new", CUSTOMER, JANE)).unwrap();
    let mut host = Host {
        since: Some(std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_000)),
        ..Host::default()
    };
    host.run(&engine(&server), &[JANE]).await;
    assert_eq!(host.subjects(), ["new"]);
}

#[tokio::test]
async fn a_search_finds_earlier_mail_of_a_late_contact_in_every_product() {
    for version in ServerVersion::ALL {
        let server = server().version(version).start().await.unwrap();
        let jane = server.mailbox(JANE).unwrap();
        jane.deliver("inbox", mail("in", CUSTOMER, JANE)).unwrap();
        jane.deliver("sentitems", mail("out", JANE, CUSTOMER)).unwrap();
        jane.deliver("inbox", mail("other", "other@customer.example", JANE))
            .unwrap();
        let mut book = book();
        book.add(
            "other@customer.example",
            Owner {
                kind: OwnerKind::Contact,
                id: 8,
            },
        );
        let mut host = Host::default();
        let mut run = engine(&server).search(Arc::new(book), vec![format!("Customer <{CUSTOMER}>")]);
        host.follow(&mut run, &[JANE]).await;
        assert!(host.failures.is_empty(), "{version:?}: {:?}", host.failures);
        assert_eq!(host.subjects(), ["in", "out"], "{version:?}");
        assert!(host.checkpoints.is_empty());
    }
}

#[tokio::test]
async fn a_search_for_nobody_finds_nothing_and_never_reads_everything() {
    let server = server().start().await.unwrap();
    deliver(&server, JANE, "in");
    let mut host = Host::default();
    let mut run = engine(&server).search(Arc::new(book()), vec!["no address".into()]);
    host.follow(&mut run, &[JANE]).await;
    assert!(host.stored.is_empty() && host.checkpoints.is_empty());
}

#[tokio::test]
async fn a_message_is_fetched_again_and_marked_read_by_its_id() {
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    let item = jane.deliver("inbox", mail("one", CUSTOMER, JANE)).unwrap();
    let gone = jane.deliver("inbox", mail("two", CUSTOMER, JANE)).unwrap();
    let engine = engine(&server);
    let message = engine.message(JANE, &item).await.unwrap().unwrap();
    assert_eq!(message.content.text().map(str::trim), Some("Hello one"));
    jane.delete(&gone).unwrap();
    assert!(engine.message(JANE, &gone).await.unwrap().is_none());
    let answer = engine
        .set_read(JANE, &[item.clone(), gone.clone()], true)
        .await
        .unwrap();
    assert_eq!(answer, [gone]);
    assert!(jane.is_read(&item).unwrap());
}

const JOURNAL: &str = "journal@example.com";

/// As the transport of Exchange writes a report; `named`: a recipient whom only its text tells.
fn journal_report(inner: &str, named: &str) -> String {
    format!(
        "From: Microsoft Exchange <postmaster@example.com>\r\nTo: {JOURNAL}\r\nSubject: report\r\nMessage-ID: <report@test>\r\n\
         Date: Mon, 2 Mar 2026 09:31:00 +0000\r\nX-MS-Journal-Report:\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=j\r\n\r\n--j\r\nContent-Type: text/plain\r\n\r\nSender: {CUSTOMER}\r\nSubject: x\r\nRecipient: {named}\r\n\
         --j\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--j--\r\n"
    )
}

#[tokio::test]
async fn the_message_in_a_journal_report_is_collected_in_its_place() {
    for version in ServerVersion::ALL {
        let server = server().version(version).mailbox(JOURNAL).start().await.unwrap();
        let journal = server.mailbox(JOURNAL).unwrap();
        for (subject, from, to, named) in [
            ("reported", CUSTOMER, JOE, JOE),
            ("internal", JOE, JANE, JANE),
            (
                "blind",
                CUSTOMER,
                "list@else.example",
                "Jane@example.com, Expanded: list@else.example",
            ),
        ] {
            let report = journal_report(&mail(subject, from, to), named);
            journal.deliver("inbox", report).unwrap();
        }
        let engine = Engine::new(Settings {
            journal_mailboxes: vec!["Journal@Example.com".into()],
            ..settings(&server)
        })
        .unwrap();
        let mut host = Host::default();
        host.run(&engine, &[JOURNAL]).await;
        assert!(host.failures.is_empty(), "{version:?}: {:?}", host.failures);
        let stored: Vec<_> = host
            .stored
            .iter()
            .map(|((_, id), subject)| (id.as_str(), subject.as_str()))
            .collect();
        assert_eq!(
            stored,
            [("<blind@test>", "blind"), ("<reported@test>", "reported")],
            "{version:?}"
        );
    }
}

#[tokio::test]
async fn a_journal_report_in_a_mailbox_that_is_not_named_for_them_is_an_ordinary_mail() {
    let server = server().start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    // A stranger forges what a contact is to have written.
    let forged = journal_report(&mail("forged", CUSTOMER, JANE), JANE);
    jane.deliver("inbox", forged.replace("postmaster@example.com", "s@else.example"))
        .unwrap();
    // A contact's own mail with that header is his mail.
    let own = journal_report(&mail("inner", "x@else.example", JANE), JANE)
        .replace("postmaster@example.com", CUSTOMER)
        .replace(&format!("To: {JOURNAL}"), &format!("To: {JANE}"));
    jane.deliver("inbox", own).unwrap();
    let mut host = Host::default();
    host.run(&engine(&server), &[JANE]).await;
    assert!(host.failures.is_empty(), "{:?}", host.failures);
    assert_eq!(host.subjects(), ["report"]);
}

#[tokio::test]
async fn signed_encrypted_resent_and_blind_copied_mail_and_the_archive_are_collected() {
    let server = server().archive(JANE).start().await.unwrap();
    let jane = server.mailbox(JANE).unwrap();
    let smime = mail("encrypted", CUSTOMER, JANE).replace(
        "\r\n\r\n",
        "\r\nMIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n\
         Content-Transfer-Encoding: base64\r\n\r\nMIIB",
    );
    let item = jane.deliver("inbox", smime).unwrap();
    jane.set_item_class(&item, "IPM.Note.SMIME").unwrap();
    let resent = format!(
        "Resent-From: {JOE}\r\nResent-To: {JANE}\r\n{}",
        mail("resent", CUSTOMER, JOE)
    );
    jane.deliver("inbox", resent).unwrap();
    let blind = format!("Bcc: {CUSTOMER}\r\n{}", mail("blind", JANE, "x@else.example"));
    jane.deliver("sentitems", blind).unwrap();
    let report = mail("bounce", CUSTOMER, JANE);
    let item = jane.deliver("inbox", report).unwrap();
    jane.set_item_class(&item, "REPORT.IPM.Note.NDR").unwrap();
    let mut host = Host::default();
    host.run(&engine(&server), &[JANE]).await;
    assert_eq!(host.subjects(), ["blind", "bounce", "encrypted", "resent"]);
    jane.deliver("archivemsgfolderroot", mail("archived", CUSTOMER, JANE))
        .unwrap();
    let with_archive = Engine::new(Settings {
        folders: vec!["msgfolderroot".into(), "archivemsgfolderroot".into()],
        ..settings(&server)
    })
    .unwrap();
    host.run(&with_archive, &[JANE]).await;
    assert!(host.failures.is_empty(), "{:?}", host.failures);
    assert_eq!(host.subjects(), ["archived", "blind", "bounce", "encrypted", "resent"]);
}

#[tokio::test]
async fn a_server_older_than_archives_is_not_asked_for_one_even_by_the_first_mailbox() {
    let server = server().version(ServerVersion::Exchange2007).start().await.unwrap();
    deliver(&server, JANE, "in");
    let engine = Engine::new(Settings {
        folders: vec!["msgfolderroot".into(), "archivemsgfolderroot".into()],
        ..settings(&server)
    })
    .unwrap();
    let mut host = Host::default();
    host.run(&engine, &[JANE]).await;
    assert!(host.failures.is_empty(), "{:?}", host.failures);
    assert_eq!(host.subjects(), ["in"]);
}
