//! Autodiscover by SOAP: `GetUserSettings` (MS-OXWSADISC), Exchange 2010 and newer. Knows no network.

use super::autodiscover::Told;
use super::elements::{first, texts};
use quick_xml::escape::escape;

pub(super) const PATH: &str = "/autodiscover/autodiscover.svc";

/// The settings that tell where EWS is.
pub(super) const EWS_URLS: [&str; 2] = ["ExternalEwsUrl", "InternalEwsUrl"];

const NAMESPACE: &str = "http://schemas.microsoft.com/exchange/2010/Autodiscover";

/// Asks for settings of some addresses.
pub(super) fn request<'a>(addresses: impl Iterator<Item = &'a str>, settings: &[&str], url: &str) -> String {
    let url = escape(url);
    let users: String = addresses
        .map(|address| format!("<a:User><a:Mailbox>{}</a:Mailbox></a:User>", escape(address)))
        .collect();
    let settings: String = settings
        .iter()
        .map(|name| format!("<a:Setting>{name}</a:Setting>"))
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:a=\"{NAMESPACE}\" \
         xmlns:wsa=\"http://www.w3.org/2005/08/addressing\"><soap:Header>\
         <a:RequestedServerVersion>Exchange2010</a:RequestedServerVersion>\
         <wsa:Action>{NAMESPACE}/Autodiscover/GetUserSettings</wsa:Action><wsa:To>{url}</wsa:To></soap:Header>\
         <soap:Body><a:GetUserSettingsRequestMessage><a:Request>\
         <a:Users>{users}</a:Users><a:RequestedSettings>{settings}</a:RequestedSettings>\
         </a:Request></a:GetUserSettingsRequestMessage></soap:Body></soap:Envelope>"
    )
}

/// `None` where the answer is none of Autodiscover.
pub(super) fn read(body: &[u8]) -> Option<Told> {
    let texts = texts(body, &["ErrorCode", "ErrorMessage", "RedirectTarget", "Name", "Value"]);
    // The answer has a code, and so has the user in it; the user's is the one that is not `NoError`.
    let mut codes = texts
        .iter()
        .filter(|(name, _)| name == "ErrorCode")
        .map(|(_, code)| code.as_str());
    let code = codes.clone().find(|code| *code != "NoError").or_else(|| codes.next())?;
    let target = || first(&texts, "RedirectTarget").map(str::to_owned);
    Some(match code {
        "NoError" => {
            let url = |setting: &str| {
                let at = texts
                    .iter()
                    .position(|(name, text)| name == "Name" && text == setting)?;
                texts
                    .get(at + 1)
                    .filter(|(name, _)| name == "Value")
                    .map(|(_, url)| url.clone())
            };
            Told::Urls(
                [url("ExternalEwsUrl"), url("InternalEwsUrl")]
                    .into_iter()
                    .flatten()
                    .collect(),
            )
        }
        "RedirectAddress" => Told::Address(target()?),
        "RedirectUrl" => Told::Autodiscover(target()?),
        "InvalidUser" => Told::UnknownAddress,
        other => Told::Failed(other.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(user: &str) -> Option<Told> {
        read(
            format!(
                "<s:Envelope xmlns:s='x'><s:Body><GetUserSettingsResponseMessage><Response><ErrorCode>NoError</ErrorCode>\
                 <UserResponses><UserResponse>{user}</UserResponse></UserResponses></Response>\
                 </GetUserSettingsResponseMessage></s:Body></s:Envelope>"
            )
            .as_bytes(),
        )
    }

    #[test]
    fn the_external_url_comes_before_the_internal_one() {
        let told = answer(
            "<ErrorCode>NoError</ErrorCode><RedirectTarget i:nil='true'/><UserSettings>\
             <UserSetting><Name>InternalEwsUrl</Name><Value>https://in/</Value></UserSetting>\
             <UserSetting><Name>ExternalEwsUrl</Name><Value>https://out/?a&amp;b</Value></UserSetting></UserSettings>",
        );
        assert_eq!(
            told,
            Some(Told::Urls(vec!["https://out/?a&b".into(), "https://in/".into()]))
        );
    }

    #[test]
    fn redirects_and_errors_are_told_apart() {
        let redirect = answer("<ErrorCode>RedirectUrl</ErrorCode><RedirectTarget>https://x/</RedirectTarget>");
        assert_eq!(redirect, Some(Told::Autodiscover("https://x/".into())));
        let redirect = answer("<ErrorCode>RedirectAddress</ErrorCode><RedirectTarget>a@b</RedirectTarget>");
        assert_eq!(redirect, Some(Told::Address("a@b".into())));
        assert_eq!(answer("<ErrorCode>InvalidUser</ErrorCode>"), Some(Told::UnknownAddress));
        assert_eq!(
            answer("<ErrorCode>InternalServerError</ErrorCode>"),
            Some(Told::Failed("InternalServerError".into()))
        );
        assert_eq!(read(b"<html><body>Welcome</body></html>"), None);
        assert_eq!(read(b"{}"), None);
    }
}
