//! Autodiscover by plain XML (MS-OXDSCLI), Exchange 2007 and newer. Knows no network.

use super::autodiscover::Told;
use super::elements::{first, texts};
use quick_xml::escape::escape;

pub(super) const PATH: &str = "/autodiscover/autodiscover.xml";

pub(super) fn request(address: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006\"><Request>\
         <EMailAddress>{}</EMailAddress><AcceptableResponseSchema>\
         http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema>\
         </Request></Autodiscover>",
        escape(address)
    )
}

/// `None` where the answer is none of Autodiscover.
pub(super) fn read(body: &[u8]) -> Option<Told> {
    let names = [
        "Action",
        "RedirectAddr",
        "RedirectUrl",
        "ErrorCode",
        "Message",
        "Type",
        "EwsUrl",
    ];
    let texts = texts(body, &names);
    if let Some(code) = first(&texts, "ErrorCode") {
        return Some(match code {
            "500" => Told::UnknownAddress,
            code => Told::Failed(format!("{code} {}", first(&texts, "Message").unwrap_or_default())),
        });
    }
    if let Some(address) = first(&texts, "RedirectAddr") {
        return Some(Told::Address(address.into()));
    }
    if let Some(url) = first(&texts, "RedirectUrl") {
        return Some(Told::Autodiscover(url.into()));
    }
    first(&texts, "Action")?;
    // EXPR is for clients outside, EXCH for those inside; other protocols repeat them.
    let mut urls = Vec::new();
    for wanted in ["EXPR", "EXCH"] {
        let mut current = "";
        for (name, text) in &texts {
            match name.as_str() {
                "Type" => current = text,
                "EwsUrl" if current == wanted && !urls.contains(text) => urls.push(text.clone()),
                _ => {}
            }
        }
    }
    Some(Told::Urls(urls))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(inner: &str) -> Option<Told> {
        read(format!("<Autodiscover><Response><Account>{inner}</Account></Response></Autodiscover>").as_bytes())
    }

    #[test]
    fn the_outside_url_comes_before_the_inside_one() {
        let told = account(
            "<AccountType>email</AccountType><Action>settings</Action>\
             <Protocol><Type>EXCH</Type><EwsUrl>https://in/</EwsUrl></Protocol>\
             <Protocol><Type>EXPR</Type><EwsUrl>https://out/</EwsUrl></Protocol><Protocol><Type>WEB</Type></Protocol>",
        );
        assert_eq!(
            told,
            Some(Told::Urls(vec!["https://out/".into(), "https://in/".into()]))
        );
    }

    #[test]
    fn redirects_and_errors_are_told_apart() {
        let redirect = account("<Action>redirectAddr</Action><RedirectAddr>a@b</RedirectAddr>");
        assert_eq!(redirect, Some(Told::Address("a@b".into())));
        let redirect = account("<Action>redirectUrl</Action><RedirectUrl>https://x/</RedirectUrl>");
        assert_eq!(redirect, Some(Told::Autodiscover("https://x/".into())));
        let error = |code| {
            format!(
                "<Autodiscover><Response><Error><ErrorCode>{code}</ErrorCode><Message>Invalid Request</Message></Error></Response></Autodiscover>"
            )
        };
        assert_eq!(read(error(500).as_bytes()), Some(Told::UnknownAddress));
        assert_eq!(
            read(error(600).as_bytes()),
            Some(Told::Failed("600 Invalid Request".into()))
        );
        assert_eq!(read(b"<html><title>Welcome</title></html>"), None);
    }
}
