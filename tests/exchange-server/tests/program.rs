//! The program: its ready line, a company folder, the control endpoint and the generated book.

#![allow(clippy::unwrap_used)] // helpers outside #[test]

mod support;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use support::*;

struct Program(Child, Value);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_exchange-server"))
            .args(["--user", LOGIN, "--password-env", "TEST_PASSWORD"])
            .args(arguments)
            .env("TEST_PASSWORD", PASSWORD)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        Self(child, serde_json::from_str(&line).unwrap())
    }

    fn base(&self) -> String {
        self.1["url"].as_str().unwrap().replace("/EWS/Exchange.asmx", "")
    }

    async fn control(&self, command: Value) -> (u16, Value) {
        let request = client()
            .post(format!("{}/control", self.base()))
            .body(command.to_string());
        let response = request.send().await.unwrap();
        (
            response.status().as_u16(),
            serde_json::from_str(&response.text().await.unwrap()).unwrap(),
        )
    }

    async fn ews(&self, operation: &str) -> Answer {
        let response = client()
            .post(self.1["url"].as_str().unwrap())
            .basic_auth(LOGIN, Some(PASSWORD))
            .header("Content-Type", "text/xml")
            .body(envelope("Exchange2013", Some(JANE), operation))
            .send()
            .await
            .unwrap();
        Answer {
            status: response.status().as_u16(),
            text: response.text().await.unwrap(),
        }
    }
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[tokio::test]
async fn a_company_folder_is_served_and_edited_by_commands() {
    let folder = tempfile::tempdir().unwrap();
    let company = json!({
        "users": [{ "email": JANE, "name": "Jane Jansen", "folders": ["Projects/2024"], "archive": true },
                  { "email": "joe@example.com", "name": "Joe", "routing": "EX" }],
        "groups": [{ "email": "all@example.com", "name": "All" }]
    });
    write(&folder.path().join("company.json"), &company.to_string());
    let jane = folder.path().join(JANE);
    write(&jane.join("inbox/001.eml"), &mail("first", "joe@example.com", JANE));
    write(
        &jane.join("inbox/002.unread.eml"),
        &mail("second", "c@customer.example", JANE),
    );
    write(
        &jane.join("inbox/Customers/001.eml"),
        &mail("third", "c@customer.example", JANE),
    );
    let program = Program::start(&["--company", folder.path().to_str().unwrap()]);
    let fields = additional(&["item:Subject", "message:IsRead"]);
    let ask = sync_items("inbox", "", 10).replace("</t:BaseShape>", &format!("</t:BaseShape>{fields}"));
    let answer = program.ews(&ask).await;
    assert_eq!(
        (answer.texts("Subject"), answer.texts("IsRead")),
        (
            vec!["first".into(), "second".into()],
            vec!["true".into(), "false".into()]
        )
    );
    let eml = mail("fourth", "c@customer.example", JANE);
    let (status, delivered) = program
        .control(json!({ "command": "deliver", "mailbox": JANE, "eml": eml }))
        .await;
    assert_eq!(status, 200);
    let to = json!({ "command": "move", "mailbox": JANE, "item": delivered["item"], "to": "Projects/2024" });
    assert_eq!(program.control(to).await.0, 200);
    let read = json!({ "command": "mark_read", "mailbox": JANE, "item": "<second@customer.example>", "read": true });
    assert_eq!(program.control(read).await.0, 200);
    let fault = json!({ "command": "fault", "fault": "response_code", "code": "ErrorServerBusy", "operation": "SyncFolderItems" });
    assert_eq!(program.control(fault).await.0, 200);
    assert_eq!(program.ews(&ask).await.codes(), ["ErrorServerBusy"]);
    let answer = program.ews(&ask).await;
    assert_eq!(
        (answer.texts("Subject").len(), answer.texts("IsRead")),
        (2, vec!["true".into(), "true".into()])
    );
    let (status, problem) = program
        .control(json!({ "command": "items", "mailbox": JANE, "folder": "Nowhere" }))
        .await;
    assert_eq!(status, 400);
    assert!(problem["error"].as_str().unwrap().contains("no folder Nowhere"));
    let stats = client()
        .get(format!("{}/stats", program.base()))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let stats: Value = serde_json::from_str(&stats).unwrap();
    assert_eq!(stats["operations"]["SyncFolderItems"], 3);
}

#[tokio::test]
async fn a_generated_company_comes_with_its_address_book() {
    let folder = tempfile::tempdir().unwrap();
    let plan = "users=2,messages=400,contacts=30,matched=0.1,size=2k";
    let program = Program::start(&["--generate", plan, "--write-book", folder.path().to_str().unwrap()]);
    assert_eq!(
        (&program.1["messages"], &program.1["expected_matches"]),
        (&json!(800), &json!(80))
    );
    let expected = client()
        .get(format!("{}/control/expected.csv", program.base()))
        .send()
        .await
        .unwrap();
    assert_eq!(expected.text().await.unwrap().lines().count(), 81);
    for (name, lines) in [("users.csv", 3), ("contacts.csv", 31)] {
        let written = std::fs::read_to_string(folder.path().join(name)).unwrap();
        let served = client()
            .get(format!("{}/control/{name}", program.base()))
            .send()
            .await
            .unwrap();
        assert_eq!(served.text().await.unwrap(), written);
        assert_eq!(written.lines().count(), lines);
        assert!(written.starts_with("email,id,name\n"));
    }
}
