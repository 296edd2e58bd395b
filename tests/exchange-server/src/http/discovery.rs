//! Autodiscover (MS-OXDSCLI): POX, SOAP and JSON. Knows no mailbox content.

use hyper::{Response, StatusCode};

use super::answer::{AnswerBody, plain};
use crate::settings::Discovery;
use crate::shared::Shared;
use crate::soap::element::Element;
use crate::soap::xml::Xml;
use crate::store::ids::fnv;

const RESPONSE: &str = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006";
const OUTLOOK: &str = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a";
const SOAP_2010: &str = "http://schemas.microsoft.com/exchange/2010/Autodiscover";
const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// What an address leads to.
enum Found {
    Url(String),
    RedirectAddress(String),
    RedirectUrl(String),
    Unknown,
}

fn look_up(shared: &Shared, discovery: &Discovery, address: &str) -> Found {
    match discovery {
        Discovery::RedirectAddress(target) if !target.eq_ignore_ascii_case(address) => {
            Found::RedirectAddress(target.clone())
        }
        Discovery::RedirectUrl(target) => Found::RedirectUrl(target.clone()),
        _ if shared.mailbox(address).is_err() => Found::Unknown,
        Discovery::Url(url) => Found::Url(url.clone()),
        _ => Found::Url(shared.url().to_owned()),
    }
}

/// An HTTP redirect, where discovery is told to give nothing else.
pub(super) fn redirect(discovery: &Discovery) -> Option<Response<AnswerBody>> {
    let Discovery::HttpRedirect(target) = discovery else {
        return None;
    };
    let mut response = plain(StatusCode::FOUND, "text/html", "<html>Object moved</html>");
    let value = hyper::header::HeaderValue::from_str(target).ok()?;
    response.headers_mut().insert(hyper::header::LOCATION, value);
    Some(response)
}

/// `POST /autodiscover/autodiscover.xml`.
pub(super) fn pox(shared: &Shared, discovery: &Discovery, body: &[u8]) -> Response<AnswerBody> {
    let request = Element::parse(body).ok();
    let request = request.as_ref().and_then(|r| r.child("Request"));
    let schema = request
        .and_then(|r| r.child("AcceptableResponseSchema"))
        .map(|s| s.text.trim());
    let address = request
        .and_then(|r| r.child("EMailAddress"))
        .map(|a| a.text.trim())
        .unwrap_or_default();
    let mut xml = Xml::new();
    xml.raw(b"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    xml.open_with("Autodiscover", &[("xmlns", RESPONSE)]);
    match look_up(shared, discovery, address) {
        _ if schema != Some(OUTLOOK) || address.is_empty() => pox_error(&mut xml, "600", "Invalid Request"),
        Found::Unknown => pox_error(&mut xml, "500", "The e-mail address cannot be found."),
        Found::Url(url) => {
            xml.open_with("Response", &[("xmlns", OUTLOOK)]);
            xml.open("User");
            xml.text("DisplayName", address);
            xml.text("AutoDiscoverSMTPAddress", address);
            xml.text("DeploymentId", &format!("{:016x}", fnv(address.as_bytes())));
            xml.close("User");
            xml.open("Account");
            xml.text("AccountType", "email");
            xml.text("Action", "settings");
            for kind in ["EXCH", "EXPR"] {
                xml.open("Protocol");
                xml.text("Type", kind);
                xml.text("Server", "ex01.example.com");
                xml.text("EwsUrl", &url);
                xml.close("Protocol");
            }
            xml.close("Account");
            xml.close("Response");
        }
        Found::RedirectAddress(target) => pox_redirect(&mut xml, "redirectAddr", "RedirectAddr", &target),
        Found::RedirectUrl(target) => pox_redirect(&mut xml, "redirectUrl", "RedirectUrl", &target),
    }
    xml.close("Autodiscover");
    plain(StatusCode::OK, "text/xml; charset=utf-8", xml.into_bytes())
}

fn pox_error(xml: &mut Xml, code: &str, message: &str) {
    xml.open("Response");
    xml.open_with("Error", &[("Time", "10:00:00.0000000"), ("Id", "1054084152")]);
    xml.text("ErrorCode", code);
    xml.text("Message", message);
    xml.empty("DebugData", &[]);
    xml.close("Error");
    xml.close("Response");
}

fn pox_redirect(xml: &mut Xml, action: &str, element: &str, target: &str) {
    xml.open_with("Response", &[("xmlns", OUTLOOK)]);
    xml.open("Account");
    xml.text("Action", action);
    xml.text(element, target);
    xml.close("Account");
    xml.close("Response");
}

/// `POST /autodiscover/autodiscover.svc`, operation `GetUserSettings` (2010 and later).
pub(super) fn soap(shared: &Shared, discovery: &Discovery, body: &[u8]) -> Response<AnswerBody> {
    let Ok(envelope) = Element::parse(body) else {
        return plain(StatusCode::BAD_REQUEST, "text/html", "Bad Request");
    };
    let request = envelope
        .child("Body")
        .and_then(|b| b.children.first())
        .and_then(|m| m.child("Request"));
    let users = request.and_then(|r| r.child("Users"));
    let users = users.map(|users| users.children.as_slice()).unwrap_or_default();
    let settings = request
        .and_then(|r| r.child("RequestedSettings"))
        .map(|s| s.children.as_slice())
        .unwrap_or_default();
    let mut xml = Xml::new();
    xml.open_with(
        "s:Envelope",
        &[
            ("xmlns:s", crate::soap::SOAP),
            ("xmlns:a", "http://www.w3.org/2005/08/addressing"),
        ],
    );
    xml.open("s:Header");
    let action = format!("{SOAP_2010}/Autodiscover/GetUserSettingsResponse");
    xml.text_with("a:Action", &[("s:mustUnderstand", "1")], &action);
    xml.open_with("h:ServerVersionInfo", &[("xmlns:h", SOAP_2010)]);
    let names = [
        "h:MajorVersion",
        "h:MinorVersion",
        "h:MajorBuildNumber",
        "h:MinorBuildNumber",
    ];
    for (name, number) in names.into_iter().zip(shared.settings.version.build()) {
        xml.number(name, number);
    }
    xml.close("h:ServerVersionInfo");
    xml.close("s:Header");
    xml.open("s:Body");
    xml.open_with("GetUserSettingsResponseMessage", &[("xmlns", SOAP_2010)]);
    xml.open_with("Response", &[("xmlns:i", INSTANCE)]);
    xml.text("ErrorCode", "NoError");
    xml.empty("ErrorMessage", &[]);
    xml.open("UserResponses");
    for user in users {
        let address = user.child("Mailbox").map(|a| a.text.trim()).unwrap_or_default();
        user_response(&mut xml, shared, look_up(shared, discovery, address), address, settings);
    }
    for name in ["UserResponses", "Response", "GetUserSettingsResponseMessage", "s:Body"] {
        xml.close(name);
    }
    xml.close("s:Envelope");
    plain(StatusCode::OK, "text/xml; charset=utf-8", xml.into_bytes())
}

fn user_response(xml: &mut Xml, shared: &Shared, found: Found, address: &str, settings: &[Element]) {
    let (code, target, url) = match found {
        Found::Url(url) => ("NoError", None, Some(url)),
        Found::RedirectAddress(target) => ("RedirectAddress", Some(target), None),
        Found::RedirectUrl(target) => ("RedirectUrl", Some(target), None),
        Found::Unknown => ("InvalidUser", None, None),
    };
    xml.open("UserResponse");
    xml.text("ErrorCode", code);
    xml.text("ErrorMessage", if code == "NoError" { "No error." } else { code });
    match &target {
        Some(target) => xml.text("RedirectTarget", target),
        None => xml.empty("RedirectTarget", &[("i:nil", "true")]),
    }
    xml.empty("UserSettingErrors", &[]);
    xml.open("UserSettings");
    for setting in settings {
        let name = setting.text.trim();
        let value = match (&url, name) {
            (Some(url), "ExternalEwsUrl" | "InternalEwsUrl") => url,
            (Some(_), "GroupingInformation") => shared.settings.site(shared.settings.home(address)),
            _ => continue,
        };
        xml.open_with("UserSetting", &[("i:type", "StringSetting")]);
        xml.text("Name", name);
        xml.text("Value", value);
        xml.close("UserSetting");
    }
    xml.close("UserSettings");
    xml.close("UserResponse");
}

/// `GET /autodiscover/autodiscover.json/v1.0/ADDRESS?Protocol=Ews` (2016 CU3 and later); needs no authentication.
pub(super) fn json(shared: &Shared, discovery: &Discovery, path: &str, query: &str) -> Response<AnswerBody> {
    let parameter = |name: &str| {
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.into_owned())
    };
    let in_path = path
        .rsplit('/')
        .next()
        .filter(|last| last.contains('@') || last.contains("%40"));
    let address = match in_path {
        Some(last) => last.replace("%40", "@"),
        None => parameter("Email").unwrap_or_default(),
    };
    let answer = |status, value: serde_json::Value| plain(status, "application/json; charset=utf-8", value.to_string());
    let protocol = parameter("Protocol").unwrap_or_default();
    if !protocol.eq_ignore_ascii_case("ews") {
        let message = format!("The given protocol value '{protocol}' is invalid. Supported values are 'Ews'");
        let error = serde_json::json!({ "ErrorCode": "InvalidProtocol", "ErrorMessage": message });
        return answer(StatusCode::BAD_REQUEST, error);
    }
    match look_up(shared, discovery, &address) {
        Found::Url(url) => answer(StatusCode::OK, serde_json::json!({ "Protocol": "Ews", "Url": url })),
        Found::RedirectUrl(url) => answer(StatusCode::OK, serde_json::json!({ "Protocol": "Ews", "Url": url })),
        _ => {
            let error = serde_json::json!({ "ErrorCode": "UserNotFound", "ErrorMessage": "The user was not found." });
            answer(StatusCode::NOT_FOUND, error)
        }
    }
}
