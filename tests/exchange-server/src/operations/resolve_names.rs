//! `ResolveNames` (MS-OXWSRSLNM): addresses, names and legacy DNs of the organization.

use super::{Answer, Scene, error_message, open_message};
use crate::soap::element::{Element, Namespace};
use crate::soap::fault::Fault;
use crate::soap::xml::Xml;
use crate::store::directory::EntryKind;

pub(super) fn answer(scene: &Scene<'_>, request: &Element, xml: &mut Xml) -> Result<Answer, Fault> {
    request.sequence(Namespace::Messages, &["ParentFolderIds", "UnresolvedEntry"])?;
    request.require_attribute("ReturnFullContactData")?;
    let entry = request.require("UnresolvedEntry")?.text.trim();
    if entry.is_empty() {
        return Err(Fault::schema(
            "The 'UnresolvedEntry' element is invalid - The MinLength constraint failed.",
        ));
    }
    let name = "m:ResolveNamesResponseMessage";
    if let Some(code) = scene.script.item_code(0, 1, entry) {
        error_message(xml, name, &code, None);
        return Ok(Answer { items: 0 });
    }
    let found = scene.directory.resolve(entry);
    match found.len() {
        0 => {
            error_message(xml, name, &"ErrorNameResolutionNoResults".into(), None);
            return Ok(Answer { items: 0 });
        }
        1 => open_message(xml, name),
        _ => {
            let code = crate::soap::ResponseCode::new("ErrorNameResolutionMultipleResults");
            xml.open_with(name, &[("ResponseClass", "Warning")]);
            xml.text("m:MessageText", code.text());
            xml.text("m:ResponseCode", code.as_str());
            xml.text("m:DescriptiveLinkKey", "0");
        }
    }
    let total = found.len().to_string();
    xml.open_with(
        "m:ResolutionSet",
        &[("TotalItemsInView", &total), ("IncludesLastItemInRange", "true")],
    );
    for entry in &found {
        xml.open("t:Resolution");
        xml.open("t:Mailbox");
        xml.text("t:Name", &entry.name);
        xml.text("t:EmailAddress", &entry.address);
        xml.text("t:RoutingType", "SMTP");
        xml.text(
            "t:MailboxType",
            if entry.kind == EntryKind::Group {
                "PublicDL"
            } else {
                "Mailbox"
            },
        );
        xml.close("t:Mailbox");
        xml.close("t:Resolution");
    }
    xml.close("m:ResolutionSet");
    xml.close(name);
    Ok(Answer { items: found.len() })
}
