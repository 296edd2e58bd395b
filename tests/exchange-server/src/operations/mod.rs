//! EWS operations: one file each. They read a request's tree and write the response; they know no HTTP.

mod attachments;
pub(crate) mod events;
mod fields;
mod find_folder;
mod find_item;
mod folder_writer;
mod get_folder;
mod get_item;
pub(crate) mod item_writer;
mod query_string;
mod resolve_names;
mod restriction;
mod shape;
mod subscribe;
mod sync_folder_hierarchy;
mod sync_folder_items;
mod update_item;

use crate::faults::Script;
use crate::settings::Settings;
use crate::soap::element::{Element, Namespace};
use crate::soap::envelope::{self, Dress};
use crate::soap::fault::Fault;
use crate::soap::xml::Xml;
use crate::soap::{RequestVersion, ResponseCode};
use crate::store::directory::Directory;
use crate::store::ids::EntryId;
use crate::store::mailbox::Mailbox;
use crate::store::subscriptions::Subscriptions;

/// All that an operation works with: one request, one mailbox.
pub(crate) struct Scene<'a> {
    pub version: RequestVersion,
    pub mailbox: &'a mut Mailbox,
    pub directory: &'a Directory,
    pub settings: &'a Settings,
    pub script: &'a Script,
    pub subscriptions: &'a Subscriptions,
    /// The mailbox server that the request came to.
    pub server: usize,
}

impl Scene<'_> {
    fn is_drafts(&self, folder: u32) -> bool {
        self.mailbox
            .folder(folder)
            .is_some_and(|f| f.distinguished == Some("drafts"))
    }
}

/// What the journal wants to know of an answer.
pub(crate) struct Answer {
    /// Response messages or items in the answer.
    pub items: usize,
}

/// Answers a request; the whole envelope.
pub(crate) fn answer(scene: &mut Scene<'_>, request: &Element) -> Result<(Vec<u8>, Answer), Fault> {
    let dress = Dress(scene.settings.version);
    let mut xml = Xml::new();
    let response = format!("{}Response", request.name);
    envelope::open(&mut xml, dress);
    envelope::open_operation(&mut xml, dress, &response);
    xml.open("m:ResponseMessages");
    let answer = match request.name.as_str() {
        "GetFolder" => get_folder::answer(scene, request, &mut xml)?,
        "FindFolder" => find_folder::answer(scene, request, &mut xml)?,
        "SyncFolderHierarchy" => sync_folder_hierarchy::answer(scene, request, &mut xml)?,
        "SyncFolderItems" => sync_folder_items::answer(scene, request, &mut xml)?,
        "FindItem" => find_item::answer(scene, request, &mut xml)?,
        "GetItem" => get_item::answer(scene, request, &mut xml)?,
        "GetAttachment" => attachments::get(scene, request, &mut xml)?,
        "ResolveNames" => resolve_names::answer(scene, request, &mut xml)?,
        "UpdateItem" => update_item::answer(scene, request, &mut xml)?,
        "Subscribe" => subscribe::subscribe(scene, request, &mut xml)?,
        "Unsubscribe" => subscribe::unsubscribe(scene, request, &mut xml)?,
        "GetEvents" => subscribe::get_events(scene, request, &mut xml)?,
        other => return Err(Fault::not_xml(&format!("The operation '{other}' is not supported."))),
    };
    xml.close("m:ResponseMessages");
    xml.close(&dress.operation(&response));
    envelope::close(&mut xml, dress);
    Ok((xml.into_bytes(), answer))
}

/// Opens a successful response message up to its own content.
pub(crate) fn open_message(xml: &mut Xml, name: &str) {
    xml.open_with(name, &[("ResponseClass", "Success")]);
    xml.text("m:ResponseCode", "NoError");
}

/// A whole response message of class Error; `empty` is the content that the schema asks for all the same.
pub(crate) fn error_message(xml: &mut Xml, name: &str, code: &ResponseCode, empty: Option<&str>) {
    open_error(xml, name, code);
    if let Some(empty) = empty {
        xml.empty(empty, &[]);
    }
    xml.close(name);
}

pub(crate) fn open_error(xml: &mut Xml, name: &str, code: &ResponseCode) {
    // A stopped batch is a warning on real servers: nothing is known to be wrong with these items.
    let class = if code.as_str() == "ErrorBatchProcessingStopped" {
        "Warning"
    } else {
        "Error"
    };
    xml.open_with(name, &[("ResponseClass", class)]);
    xml.text("m:MessageText", code.text());
    xml.text("m:ResponseCode", code.as_str());
    xml.text("m:DescriptiveLinkKey", "0");
}

/// Folder names of the schema (DistinguishedFolderIdNameType) that a mailbox here lacks, by the version that brought them.
const SINCE_2007: [&str; 6] = [
    "journal",
    "notes",
    "tasks",
    "publicfoldersroot",
    "searchfolders",
    "voicemail",
];
/// The same.
const SINCE_2010_SP1: [&str; 13] = [
    "recoverableitemsroot",
    "recoverableitemsdeletions",
    "recoverableitemsversions",
    "recoverableitemspurges",
    "recoverableitemsdiscoveryholds",
    "archiveroot",
    "archivedeleteditems",
    "archiveinbox",
    "archiverecoverableitemsroot",
    "archiverecoverableitemsdeletions",
    "archiverecoverableitemsversions",
    "archiverecoverableitemspurges",
    "archiverecoverableitemsdiscoveryholds",
];
/// The same.
const SINCE_2013: [&str; 33] = [
    "syncissues",
    "conflicts",
    "localfailures",
    "serverfailures",
    "recipientcache",
    "quickcontacts",
    "conversationhistory",
    "adminauditlogs",
    "todosearch",
    "mycontacts",
    "directory",
    "imcontactlist",
    "peopleconnect",
    "favorites",
    "mecontact",
    "personmetadata",
    "teamspaceactivity",
    "teamspacemessaging",
    "teamspaceworkitems",
    "scheduled",
    "orionnotes",
    "tagitems",
    "alltaggeditems",
    "externalcontacts",
    "teamchat",
    "yammerroot",
    "yammerinbound",
    "yammeroutbound",
    "yammerfeeds",
    "onedriveroot",
    "onedriverecylebin",
    "onedrivesystem",
    "onedrivevolume",
];

/// The folder that a `FolderId` or `DistinguishedFolderId` names; the inner error is the response code.
fn target_folder(scene: &Scene<'_>, element: &Element) -> Result<Result<u32, ResponseCode>, Fault> {
    let id = element.require_attribute("Id")?;
    if element.namespace != Namespace::Types {
        return Err(Fault::schema(&format!(
            "The element '{}' is not of the types namespace.",
            element.name
        )));
    }
    match element.name.as_str() {
        "FolderId" => Ok(match EntryId::decode(id) {
            None => Err("ErrorInvalidIdMalformed".into()),
            Some(entry) if entry.item != 0 => Err("ErrorInvalidFolderId".into()),
            Some(entry) => match scene.mailbox.folder(entry.folder) {
                Some(folder) if entry.mailbox == scene.mailbox.id => Ok(folder.key),
                _ => Err("ErrorFolderNotFound".into()),
            },
        }),
        "DistinguishedFolderId" => {
            let found = scene.mailbox.distinguished(id);
            let since = if SINCE_2007.contains(&id) || (found.is_some() && !id.starts_with("archive")) {
                Some(RequestVersion::Exchange2007)
            } else if SINCE_2010_SP1.contains(&id) || id == "archivemsgfolderroot" {
                Some(RequestVersion::Exchange2010Sp1)
            } else {
                SINCE_2013.contains(&id).then_some(RequestVersion::Exchange2013)
            };
            if since.is_none_or(|since| since > scene.version) {
                return Err(Fault::schema(&format!(
                    "The 'Id' attribute is invalid - The value '{id}' is invalid according to its datatype \
                     'DistinguishedFolderIdNameType' - The Enumeration constraint failed."
                )));
            }
            if let Some(other) = element.child("Mailbox").and_then(|m| m.child("EmailAddress"))
                && !other.text.trim().eq_ignore_ascii_case(&scene.mailbox.address)
            {
                return Ok(Err("ErrorAccessDenied".into()));
            }
            Ok(found.map(|f| f.key).ok_or_else(|| "ErrorFolderNotFound".into()))
        }
        other => Err(Fault::schema(&format!(
            "Invalid child element '{other}': a folder id is expected."
        ))),
    }
}

/// The folder of a synchronization, whose absence has a code of its own.
fn sync_folder(scene: &Scene<'_>, element: &Element) -> Result<Result<u32, ResponseCode>, Fault> {
    let target = target_folder(scene, element)?;
    Ok(target.map_err(|code| match code.as_str() {
        "ErrorFolderNotFound" => "ErrorSyncFolderNotFound".into(),
        _ => code,
    }))
}

/// `IndexedPage...View`: offset and most entries, if given.
fn page_view(request: &Element, name: &str) -> Result<(usize, Option<usize>), Fault> {
    let Some(view) = request.child(name) else {
        return Ok((0, None));
    };
    let number = |attribute: &str| {
        view.attribute(attribute)
            .map(|text| {
                text.parse::<usize>()
                    .map_err(|_| Fault::schema(&format!("The '{attribute}' attribute is invalid: '{text}'.")))
            })
            .transpose()
    };
    if view.require_attribute("BasePoint")? != "Beginning" {
        return Err(Fault::schema("This server pages from the Beginning only."));
    }
    view.require_attribute("Offset")?;
    Ok((number("Offset")?.unwrap_or(0), number("MaxEntriesReturned")?))
}
