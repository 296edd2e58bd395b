//! Which mailboxes may share subscriptions: `GroupingInformation` of `GetUserSettings` (MS-OXWSADISC). Knows no subscription.

use bytes::Bytes;

use super::soap;
use crate::soap::events::{Events, Unreadable};
use crate::soap::text::utf8;
use crate::transport::{self, Transport};

/// Microsoft's key of a group has both.
const SETTINGS: [&str; 2] = ["GroupingInformation", "ExternalEwsUrl"];
/// From the envelope down to a user are five steps.
const DEEPEST: usize = 8;

/// What tells groups of mailboxes apart, for each address in order; `None` where the server does not say. It is asked on the
/// host of the transport's endpoint, whose Autodiscover an administrator need not publish.
///
/// # Errors
/// There is no answer.
pub async fn grouping_information(
    transport: &Transport,
    addresses: &[&str],
) -> Result<Vec<Option<String>>, transport::Error> {
    let mut url = transport.settings().endpoint.clone();
    url.set_path(soap::PATH);
    let request = soap::request(addresses.iter().copied(), &SETTINGS, url.as_str());
    let page = transport.toward(url).ask_with_login(Bytes::from(request)).await?;
    let mut found = read(&utf8(&page.body));
    found.resize(addresses.len(), None);
    Ok(found)
}

fn read(answer: &str) -> Vec<Option<String>> {
    let mut found = Vec::new();
    let mut events = Events::new(answer);
    if let Ok(Some(_envelope)) = events.child() {
        // What was read before the answer broke is as good as if it had not.
        let _ = users(&mut events, &mut found, DEEPEST);
    }
    found
}

fn users(events: &mut Events<'_>, found: &mut Vec<Option<String>>, deepest: usize) -> Result<(), Unreadable> {
    while let Some(tag) = events.child()? {
        match tag.name() {
            "UserResponse" => found.push(user(events)?),
            "Body" | "GetUserSettingsResponseMessage" | "Response" | "UserResponses" if deepest > 0 => {
                users(events, found, deepest - 1)?;
            }
            _ => events.skip()?,
        }
    }
    Ok(())
}

fn user(events: &mut Events<'_>) -> Result<Option<String>, Unreadable> {
    let mut settings = Vec::new();
    while let Some(tag) = events.child()? {
        if tag.name() != "UserSettings" {
            events.skip()?;
            continue;
        }
        while events.child()?.is_some() {
            settings.push(setting(events)?);
        }
    }
    let text = |wanted: &str| {
        let mut settings = settings.iter();
        settings.find(|(name, _)| name == wanted).map(|(_, text)| text.as_str())
    };
    let grouping = text(SETTINGS[0]).filter(|text| !text.is_empty());
    Ok(grouping.map(|grouping| format!("{}{grouping}", text(SETTINGS[1]).unwrap_or_default())))
}

/// Name and value.
fn setting(events: &mut Events<'_>) -> Result<(String, String), Unreadable> {
    let (mut name, mut value) = (String::new(), String::new());
    while let Some(tag) = events.child()? {
        match tag.name() {
            "Name" => name = events.text()?.trim().to_owned(),
            "Value" => value = events.text()?.trim().to_owned(),
            _ => events.skip()?,
        }
    }
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_a_site_and_a_url_and_who_has_none_is_in_none() {
        let user = |settings: &str| {
            format!(
                "<UserResponse><ErrorCode>NoError</ErrorCode><UserSettings>{settings}</UserSettings></UserResponse>"
            )
        };
        let setting =
            |name: &str, value: &str| format!("<UserSetting><Name>{name}</Name><Value>{value}</Value></UserSetting>");
        let berlin = setting("GroupingInformation", "Berlin") + &setting("ExternalEwsUrl", "https://x/");
        let answer = format!(
            "<s:Envelope><s:Body><GetUserSettingsResponseMessage><Response><ErrorCode>NoError</ErrorCode><UserResponses>\
             {}{}{}</UserResponses></Response></GetUserSettingsResponseMessage></s:Body></s:Envelope>",
            user(&berlin),
            user(&setting("ExternalEwsUrl", "https://x/")),
            user(&setting("GroupingInformation", "Paris")),
        );
        let found = read(&answer);
        assert_eq!(found, [Some("https://x/Berlin".into()), None, Some("Paris".into())]);
    }
}
