//! Content of messages, from their text to what a host is given.

use super::*;

fn parsed(text: &str) -> Content {
    Content::new(text.replace('\n', "\r\n").into_bytes())
}

/// A message of tests/fixtures/cases.
macro_rules! case {
    ($name:literal) => {
        Content::new(include_bytes!(concat!("../../../tests/fixtures/cases/", $name, ".eml")).to_vec())
    };
}

/// Name, size and content of each file.
fn files(content: &Content) -> Vec<(String, u64, String)> {
    let seen = content.attachments().iter().enumerate().map(|(number, info)| {
        let bytes = content.attachment(number).unwrap_or_default();
        assert_eq!(bytes.len() as u64, info.size, "{info:?}");
        (
            info.file_name.clone(),
            info.size,
            bytes.iter().copied().map(char::from).collect(),
        )
    });
    seen.collect()
}

fn file(name: &str, content: &str) -> (String, u64, String) {
    (name.into(), content.chars().count() as u64, content.into())
}

#[test]
fn names_and_boundaries_folded_after_their_equals_sign_are_read() {
    assert_eq!(files(&case!("name-folded-after-equals")), [file("offer.pdf", "abc")]);
    let content = case!("boundary-folded-after-equals");
    assert_eq!(content.text(), Some("Hi"));
    assert_eq!(files(&content), [file("a.pdf", "abc")]);
}

#[test]
fn size_is_the_size_of_the_content_in_its_own_character_set() {
    let content = case!("latin1-attachment-size");
    assert_eq!(content.text(), Some("Hi"));
    assert_eq!(files(&content), [file("a.txt", "\u{FC}\u{FC}\u{FC}")]);
}

#[test]
fn a_bare_equals_sign_does_not_stop_quoted_printable() {
    let content = case!("qp-attachment-bare-equals");
    assert_eq!(content.attachments()[0].file_name, "a.csv");
    assert_eq!(content.attachment(0).as_deref(), Some("x=y; grüße".as_bytes()));
}

#[test]
fn a_last_part_without_its_closing_boundary_is_decoded() {
    let content = case!("last-base64-without-closing-boundary");
    assert_eq!(content.text(), Some("Hi"));
    assert_eq!(files(&content), [file("a.pdf", "abc")]);
}

#[test]
fn parts_that_follow_each_other_make_one_body() {
    let content = case!("html-then-footer");
    assert_eq!(content.html(), Some("<p>Hi</p><div>list footer</div>\n"));
    let text = content.text().expect("text");
    assert!(
        text.trim_start().starts_with("Hi") && text.trim_end().ends_with("list footer"),
        "{text}"
    );
    let content = parsed(
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nfirst & best\n--b\nContent-Type: image/png\n\nPNG\n--b\n\
         Content-Type: text/html\n\n<html><body><p>second</p></body></html>\n--b\n\nthird\n--b--\n",
    );
    assert_eq!(
        content.html(),
        Some("<html><body><div>first &amp; best</div>\n<p>second</p><div>third</div>\n</body></html>")
    );
    assert_eq!(content.attachments().len(), 1);
}

#[test]
fn a_type_without_subtype_is_text_and_the_first_of_two_types_counts() {
    assert_eq!(case!("text-without-subtype").text().map(str::trim_end), Some("Hello"));
    let content = case!("two-content-types");
    assert_eq!((content.text(), content.html()), (Some("foo"), Some("<p>foo</p>")));
}

#[test]
fn a_name_split_inside_a_character_is_read() {
    assert_eq!(files(&case!("rfc2231-split-character")), [file("grüße.pdf", "abc")]);
}

#[test]
fn text_behind_base64_is_not_decoded_into_it() {
    assert_eq!(files(&case!("base64-trailing-text")), [file("a.pdf", "abc")]);
}

#[test]
fn files_that_are_text_are_files() {
    let content = case!("html-attachment-in-mixed");
    assert_eq!((content.text(), content.html()), (Some("Hi"), None));
    assert_eq!(files(&content), [file("test.html", "<p>file</p>")]);
    let named = parsed(
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHi\n--b\nContent-Type: text/plain; name=log.txt\n\nx\n--b--\n",
    );
    assert_eq!(named.text(), Some("Hi"));
    assert_eq!(files(&named), [file("log.txt", "x")]);
    let alternative = parsed(
        "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain; name=a.txt\n\nHi\n--b\n\
         Content-Type: text/html; name=a.html\n\n<p>Hi</p>\n--b--\n",
    );
    assert_eq!(
        (alternative.text(), alternative.html()),
        (Some("Hi"), Some("<p>Hi</p>"))
    );
    let only = parsed("Content-Type: text/plain; name=a.txt\n\nHi");
    assert_eq!((only.text(), only.attachments().len()), (Some("Hi"), 0));
}

#[test]
fn a_boundary_is_a_whole_line() {
    let content = case!("inner-boundary-has-outer-as-prefix");
    assert_eq!((content.text(), content.html()), (Some("Hi"), Some("<p>Hi</p>")));
    assert_eq!(files(&content), [file("a.pdf", "abc")]);
    assert_eq!(
        case!("mid-line-boundary").text(),
        Some("before x--b1 after\r\nlast line")
    );
}

#[test]
fn lines_that_end_by_carriage_returns_alone_are_lines() {
    let raw = b"Content-Type: multipart/mixed; boundary=b\r\r--b\r\rHi\r--b\rContent-Type: image/png\r\rx\r--b--\r";
    let content = Content::new(raw.to_vec());
    assert_eq!((content.text(), content.attachments().len()), (Some("Hi"), 1));
}

#[test]
fn uuencoded_files_are_decoded() {
    assert_eq!(files(&case!("uuencode")), [file("a.txt", "abc")]);
    let within = parsed("Subject: x\n\nbegin now\nSee\nbegin 644 a.txt\n#86)C\n`\nend\nBye\nbegin 644 open\n#86)C\n");
    assert_eq!(
        within.text(),
        Some("begin now\r\nSee\r\nBye\r\nbegin 644 open\r\n#86)C\r\n")
    );
    assert_eq!(files(&within), [file("a.txt", "abc")]);
}

#[test]
fn signed_mail_is_opened_and_its_signature_kept() {
    // No CMS: it stays what it is.
    assert_eq!(files(&case!("smime-signed-opaque")), [file("smime.p7m", "abc")]);
    let content = case!("019-smime-opaque.inbox.001");
    assert_eq!(content.text().map(str::trim_end), Some("Signed: we accept the offer."));
    let names: Vec<_> = content.attachments().iter().map(|a| a.file_name.as_str()).collect();
    assert_eq!(names, ["offer.pdf", "smime.p7m"]);
    assert_eq!(content.attachment(0).as_deref(), Some(&b"%PDF-1.4 contract"[..]));
    let encrypted = case!("019-smime-opaque.inbox.003");
    assert_eq!((encrypted.text(), encrypted.html()), (None, None));
    assert_eq!(encrypted.attachments()[0].file_name, "smime.p7m");
}

#[test]
fn a_gateways_footer_is_not_the_body() {
    let content = case!("014-plain-body-html-footer.inbox.001");
    for body in [content.text(), content.html()] {
        let body = body.expect("body");
        let sentence = body.find("twelve cleats at 49 Euro").expect("sentence");
        assert!(body.find("MailGuard").is_some_and(|footer| footer > sentence), "{body}");
    }
    let content = case!("014-plain-body-html-footer.inbox.003");
    for body in [content.text(), content.html()] {
        let body = body.expect("body");
        assert!(
            body.contains("The important text.") && body.contains("Signature"),
            "{body}"
        );
    }
}

#[test]
fn charsets_are_known_by_their_usual_wrong_names() {
    macro_rules! text {
        ($($number:literal => $text:literal),*) => {
            $(let content = case!($number);
            assert_eq!(content.text(), Some($text), $number);)*
        };
    }
    text!(
        "021-charset-names.inbox.001" => "견적서를 보내 주세요", "021-charset-names.inbox.002" => "請寄報價單 镕",
        "021-charset-names.inbox.003" => "“Offer” – 5 €…", "021-charset-names.inbox.004" => "Größe",
        "021-charset-names.inbox.005" => "Đơn giá", "021-charset-names.inbox.007" => "über €",
        "021-charset-names.inbox.008" => "Größe", "021-charset-names.inbox.009" => "Пришлите счёт",
        "021-charset-names.inbox.010" => "Größe", "021-charset-names.inbox.011" => "Größe",
        "021-charset-names.inbox.012" => "Größe", "021-charset-names.inbox.013" => "Größe",
        "021-charset-names.inbox.014" => "שלום", "021-charset-names.inbox.015" => "Größe",
        "021-charset-names.inbox.016" => "報價", "021-charset-names.inbox.017" => "見積"
    );
    let japanese = case!("021-charset-names.inbox.006");
    assert!(
        japanese
            .text()
            .is_some_and(|text| text.starts_with("お問い合わせ") && !text.contains('\u{FFFD}'))
    );
}

#[test]
fn an_outlook_message_within_an_outlook_wrapper_becomes_a_mail() {
    let content = case!("024-tnef-embedded-message.inbox.001");
    let names: Vec<_> = content.attachments().iter().map(|a| a.file_name.as_str()).collect();
    assert_eq!(names, ["Forwarded offer.eml", "plan.pdf"]);
    assert_eq!(content.text().map(str::trim_end), Some("See the forwarded mail"));
    assert_eq!(content.attachment(1).as_deref(), Some(&b"%PDF-1.4 contract"[..]));
    let inner = Content::new(content.attachment(0).expect("message"));
    assert_eq!(inner.text(), Some("Text of the forwarded mail"));
}

#[test]
fn names_are_read_whatever_way_they_are_written() {
    let content = case!("027-attachment-names.inbox.001");
    let names: Vec<_> = content.attachments().iter().map(|a| a.file_name.as_str()).collect();
    assert_eq!(
        names[..5],
        [
            "Prüfbericht.pdf",
            "Salgsopstilling, Højvej.pdf",
            "Kostenübersicht 2026.pdf",
            "Offer 1_2.pdf",
            "Größe.pdf"
        ]
    );
    assert!(
        names[5].starts_with("Minutes very") && names[5].ends_with(".pdf"),
        "{}",
        names[5]
    );
    assert_eq!(
        names[6..],
        ["Vertrag ü.pdf", "AttÄÖÜ.pdf", "offer final (2).pdf", "plan.pdf", ".pdf"]
    );
}

#[test]
fn only_what_the_html_shows_is_inline() {
    let content = case!("038-attachment-with-content-id.inbox.001");
    let inline: Vec<_> = content
        .attachments()
        .iter()
        .map(|a| (a.inline, a.content_id.is_some()))
        .collect();
    assert_eq!(inline, [(false, true), (false, true)]);
}

#[test]
fn mail_made_to_harm_is_read_in_linear_time_and_says_what_is_left_whole() {
    let started = std::time::Instant::now();
    let nested = "Content-Type: message/rfc822\n\n".repeat(100_000);
    let content = parsed(&format!("From: a@b\n{nested}Hi"));
    assert_eq!(content.attachments().len(), 1);
    let unclosed: String = (0..40_000)
        .map(|n| format!("--b{}\nContent-Type: multipart/mixed; boundary=b{n}\n\n", n.max(1) - 1))
        .collect();
    let content = parsed(&format!("Content-Type: multipart/mixed; boundary=b0\n\n{unclosed}text"));
    assert_eq!(content.attachments().len(), 1);
    assert_eq!(content.incomplete().len(), 1, "{:?}", content.incomplete());
    let many = "--b\nContent-Type: text/html\n\n<p>x</p>\n".repeat(50_000);
    let content = parsed(&format!("Content-Type: multipart/mixed; boundary=b\n\n{many}"));
    assert_eq!(content.incomplete().len(), 1, "{:?}", content.incomplete());
    for (field, piece) in [
        ("Subject", "=?utf-8?q?"),
        ("References", "id "),
        ("References", "<"),
        ("Content-Type", " a=b"),
        ("Content-Type", " name=b"),
        ("Content-Type", " name*0=b;"),
        ("Content-Disposition", "("),
        ("Content-ID", "<>"),
    ] {
        let content = parsed(&format!("{field}: x;{}\n\nHi", piece.repeat(300_000 / piece.len())));
        assert!(content.text().is_some() || content.attachments().len() == 1, "{field}");
    }
    for piece in ["<p>", "<", "cid:", "&", "<!--", "<div style=\"a", "&#x"] {
        let html = piece.repeat(300_000 / piece.len());
        let mixed = format!(
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHi\n--b\nContent-Type: text/html\n\n{html}\n--b--\n"
        );
        assert!(parsed(&mixed).text().is_some());
    }
    for piece in ["=", "A", "=3D\n", "A\n", "=\n", "\n"] {
        for encoding in ["base64", "quoted-printable", "x-uuencode"] {
            let body = piece.repeat(300_000 / piece.len());
            parsed(&format!("Content-Transfer-Encoding: {encoding}\n\nbegin 644 a\n{body}")).text();
        }
    }
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn bodies_attachments_and_inline_images_are_told_apart() {
    let content = parsed(include_str!("../../../tests/fixtures/mime/related.eml"));
    assert_eq!(content.text(), Some("Grüße"));
    assert_eq!(
        content.html().map(str::trim),
        Some("<p>Gr&uuml;&szlig;e <img src=\"cid:logo@x\"></p>")
    );
    let seen: Vec<_> = content
        .attachments()
        .iter()
        .map(|a| {
            (
                a.file_name.as_str(),
                a.content_type.as_str(),
                a.content_id.as_deref(),
                a.inline,
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("logo.png", "image/png", Some("logo@x"), true),
            ("Angebot für Müller.pdf", "application/pdf", None, false),
            ("Inner.eml", "message/rfc822", None, false),
        ]
    );
    assert_eq!(content.attachment(0).as_deref(), Some(&b"\x89PNG"[..]));
    assert_eq!(content.attachment(1).as_deref(), Some(&b"Hello PDF"[..]));
    let inner = content.attachment(2).expect("inner message");
    assert!(
        inner.starts_with(b"From: d@customer.example"),
        "{}",
        String::from_utf8_lossy(&inner)
    );
    assert_eq!(content.attachment(3), None);
}

#[test]
fn what_outlook_wrapped_up_takes_the_wrappers_place() {
    let winmail = base64_simd::STANDARD.encode_to_string(include_bytes!("../../../tests/fixtures/mime/winmail.dat"));
    let mail = format!(
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n \n--b\n\
         Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n{winmail}\n--b--\n"
    );
    let content = parsed(&mail);
    assert_eq!(content.text(), Some("Hello from Outlook"));
    assert_eq!(content.html(), Some("<p>Hello from <b>Outlook</b></p>"));
    let names: Vec<_> = content.attachments().iter().map(|a| a.file_name.as_str()).collect();
    assert_eq!(names, ["Angebot für Müller.txt", "PICTURE.PNG"]);
    assert_eq!(content.attachment(0).as_deref(), Some(&b"offer"[..]));
    let broken = mail.replace(&winmail, "AAAA");
    let content = parsed(&broken);
    assert_eq!(content.attachments()[0].file_name, "winmail.dat");
    assert_eq!(content.attachment(0).as_deref(), Some(&[0, 0, 0][..]));
}

#[test]
fn an_unknown_charset_loses_no_ascii() {
    let content = parsed("Content-Type: text/plain; charset=x-klingon\n\nHello \u{fffd}\0 world\n");
    let text = content.text().expect("text");
    assert!(
        text.contains("Hello") && text.contains("world") && !text.contains('\0'),
        "{text:?}"
    );
}

#[test]
fn nothing_at_all_is_an_empty_message() {
    let content = Content::new(Vec::new());
    assert_eq!(
        (content.text(), content.html(), content.attachments().len()),
        (None, None, 0)
    );
}
