//! Writes response shapes: which properties an answer shall have, as far as the version knows them. Knows no operation.

use crate::soap::envelope::Xml;
use crate::{Property, RequestServerVersion};

use super::get_item::Mime;

/// The header X-MS-Journal-Report as a named property (MS-OXPROPS, PS_INTERNET_HEADERS), which summaries show too.
const JOURNAL_REPORT: &str = concat!(
    "<t:ExtendedFieldURI DistinguishedPropertySetId=\"InternetHeaders\" ",
    "PropertyName=\"X-MS-Journal-Report\" PropertyType=\"String\"/>"
);

/// `m:ItemShape`: the id and these properties.
pub(super) fn write_item_shape(
    xml: &mut Xml,
    properties: impl Iterator<Item = Property>,
    mime: Mime,
    version: RequestServerVersion,
) {
    xml.raw("<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>");
    if mime == Mime::Include {
        xml.raw("<t:IncludeMimeContent>true</t:IncludeMimeContent>");
    }
    let mut open = false;
    for property in properties.filter(|property| property.since() <= version) {
        // An empty list is outside the schema.
        if !open {
            xml.raw("<t:AdditionalProperties>");
            open = true;
        }
        match property.field_uri() {
            Some(uri) => xml.raw("<t:FieldURI FieldURI=\"").raw(uri).raw("\"/>"),
            None => xml.raw(JOURNAL_REPORT),
        };
    }
    if open {
        xml.raw("</t:AdditionalProperties>");
    }
    xml.raw("</m:ItemShape>");
}

/// `m:FolderShape`: all that [`Folder`](crate::Folder) has, with its stamp.
pub(super) fn write_folder_shape(xml: &mut Xml, version: RequestServerVersion) {
    xml.raw("<m:FolderShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>");
    for uri in [
        "ParentFolderId",
        "DisplayName",
        "FolderClass",
        "TotalCount",
        "ChildFolderCount",
    ] {
        xml.raw("<t:FieldURI FieldURI=\"folder:").raw(uri).raw("\"/>");
    }
    if version >= RequestServerVersion::Exchange2013 {
        xml.raw("<t:FieldURI FieldURI=\"folder:DistinguishedFolderId\"/>");
    }
    xml.raw(concat!(
        "<t:ExtendedFieldURI PropertyTag=\"0x670A\" PropertyType=\"SystemTime\"/>",
        "<t:ExtendedFieldURI PropertyTag=\"0x670B\" PropertyType=\"Integer\"/>",
        "</t:AdditionalProperties></m:FolderShape>"
    ));
}
