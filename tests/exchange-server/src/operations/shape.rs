//! Response shapes: `ItemShape`, `FolderShape` and the properties they ask for. Knows no values.

use super::fields::{Field, Fields, Lookup, lookup};
use crate::soap::RequestVersion;
use crate::soap::element::{Element, Namespace};
use crate::soap::fault::Fault;
use crate::store::message::Extent;

/// `t:ExtendedFieldURI`, as asked.
#[derive(Debug, Clone)]
pub(crate) struct ExtendedField {
    pub attributes: Vec<(String, String)>,
    /// PropertyTag as a number; none for named properties.
    pub tag: Option<u32>,
    pub kind: String,
}

/// `t:BodyType` of the shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyKind {
    Best,
    Html,
    Text,
}

#[derive(Debug, Clone)]
pub(crate) struct ItemShape {
    pub fields: Fields,
    pub headers: Vec<String>,
    pub extended: Vec<ExtendedField>,
    pub body: BodyKind,
}

impl ItemShape {
    pub fn read(element: &Element, version: RequestVersion) -> Result<Self, Fault> {
        element.sequence(
            Namespace::Types,
            &[
                "BaseShape",
                "IncludeMimeContent",
                "BodyType",
                "UniqueBodyType",
                "NormalizedBodyType",
                "FilterHtmlContent",
                "ConvertHtmlCodePageToUTF8",
                "InlineImageUrlTemplate",
                "BlockExternalImages",
                "AddBlankTargetToLinks",
                "MaximumBodySize",
                "AdditionalProperties",
            ],
        )?;
        let mut fields = match element.require("BaseShape")?.text.trim() {
            "IdOnly" => Fields::of(&[Field::ItemId]),
            "Default" => Fields::of(&[
                Field::ItemId,
                Field::Subject,
                Field::Sensitivity,
                Field::Body,
                Field::Attachments,
                Field::Size,
                Field::DateTimeSent,
                Field::DateTimeCreated,
                Field::HasAttachments,
                Field::ToRecipients,
                Field::CcRecipients,
                Field::BccRecipients,
                Field::IsReadReceiptRequested,
                Field::IsDeliveryReceiptRequested,
                Field::From,
                Field::IsRead,
            ]),
            "AllProperties" => Fields::all(version),
            other => {
                return Err(Fault::schema(&format!(
                    "The 'BaseShape' element is invalid: '{other}'."
                )));
            }
        };
        if let Some(mime) = element.child("IncludeMimeContent")
            && mime.boolean()?
        {
            fields.add(Field::MimeContent);
        }
        let body = match element.child("BodyType").map(|b| b.text.trim()) {
            None | Some("Best") => BodyKind::Best,
            Some("HTML") => BodyKind::Html,
            Some("Text") => BodyKind::Text,
            Some(other) => return Err(Fault::schema(&format!("The 'BodyType' element is invalid: '{other}'."))),
        };
        let mut shape = Self {
            fields,
            headers: Vec::new(),
            extended: Vec::new(),
            body,
        };
        if let Some(additional) = element.child("AdditionalProperties") {
            shape.additional(additional, version)?;
        }
        Ok(shape)
    }

    /// How much of the properties an answer of this shape shows.
    pub fn extent(&self) -> Extent {
        let header = [
            Field::ItemId,
            Field::ItemClass,
            Field::From,
            Field::IsRead,
            Field::IsDraft,
            Field::Size,
        ];
        let recipients = [Field::ToRecipients, Field::CcRecipients, Field::BccRecipients];
        if self.extended.iter().any(|field| field.tag.is_some()) {
            Extent::Whole
        } else if self.fields.are_among(Fields::of(&header)) {
            Extent::From
        } else if self.fields.are_among(Fields::of(&header).and(Fields::of(&recipients))) {
            Extent::Correspondents
        } else {
            Extent::Whole
        }
    }

    fn additional(&mut self, element: &Element, version: RequestVersion) -> Result<(), Fault> {
        if element.children.is_empty() {
            return Err(Fault::schema(
                "The element 'AdditionalProperties' has incomplete content.",
            ));
        }
        for path in &element.children {
            match path.name.as_str() {
                "FieldURI" => {
                    let uri = path.require_attribute("FieldURI")?;
                    match lookup(uri, version) {
                        Lookup::Known(field) => self.fields.add(field),
                        Lookup::Absent => {}
                        Lookup::Unknown => return Err(invalid_uri(uri)),
                    }
                }
                "IndexedFieldURI" => {
                    let uri = path.require_attribute("FieldURI")?;
                    if uri != "item:InternetMessageHeader" {
                        return Err(invalid_uri(uri));
                    }
                    self.headers.push(path.require_attribute("FieldIndex")?.to_owned());
                }
                "ExtendedFieldURI" => self.extended.push(ExtendedField::read(path)?),
                other => {
                    return Err(Fault::schema(&format!(
                        "The element 'AdditionalProperties' has invalid child element '{other}'."
                    )));
                }
            }
        }
        Ok(())
    }

    /// What an item attachment shows: everything, its MIME content too.
    pub fn whole(version: RequestVersion) -> Self {
        let mut fields = Fields::all(version);
        fields.add(Field::MimeContent);
        Self {
            fields,
            headers: Vec::new(),
            extended: Vec::new(),
            body: BodyKind::Best,
        }
    }

    /// The same shape without what a summary never shows.
    pub fn summary(mut self) -> Self {
        self.fields = self.fields.summary();
        self.headers.clear();
        self
    }
}

fn invalid_uri(uri: &str) -> Fault {
    Fault::schema(&format!(
        "The 'FieldURI' attribute is invalid - The value '{uri}' is invalid according to its datatype \
         'http://schemas.microsoft.com/exchange/services/2006/types:UnindexedFieldURIType' \
         - The Enumeration constraint failed."
    ))
}

impl ExtendedField {
    pub fn read(element: &Element) -> Result<Self, Fault> {
        let kind = element.require_attribute("PropertyType")?.to_owned();
        let tag = match element.attribute("PropertyTag") {
            None => None,
            Some(text) => {
                let parsed = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
                    Some(hex) => u32::from_str_radix(hex, 16).ok(),
                    None => text.parse().ok(),
                };
                Some(parsed.ok_or_else(|| {
                    Fault::schema(&format!(
                        "The 'PropertyTag' attribute is invalid - The value '{text}' is invalid."
                    ))
                })?)
            }
        };
        Ok(Self {
            attributes: element.attributes.clone(),
            tag,
            kind,
        })
    }

    pub fn is(&self, tag: u32, kind: &str) -> bool {
        self.tag == Some(tag) && self.kind == kind
    }
}

/// Properties of a folder.
#[derive(Debug, Clone)]
pub(crate) struct FolderShape {
    pub parent: bool,
    pub class: bool,
    pub name: bool,
    pub total: bool,
    pub children: bool,
    pub unread: bool,
    pub rights: bool,
    pub distinguished: bool,
    pub extended: Vec<ExtendedField>,
}

impl FolderShape {
    pub fn read(element: &Element, version: RequestVersion) -> Result<Self, Fault> {
        element.sequence(Namespace::Types, &["BaseShape", "AdditionalProperties"])?;
        let (basic, all) = match element.require("BaseShape")?.text.trim() {
            "IdOnly" => (false, false),
            "Default" => (true, false),
            "AllProperties" => (true, true),
            other => {
                return Err(Fault::schema(&format!(
                    "The 'BaseShape' element is invalid: '{other}'."
                )));
            }
        };
        let since_2013 = version >= RequestVersion::Exchange2013;
        let mut shape = Self {
            parent: all,
            class: all,
            name: basic,
            total: basic,
            children: basic,
            unread: basic,
            rights: all,
            distinguished: all && since_2013,
            extended: Vec::new(),
        };
        let Some(additional) = element.child("AdditionalProperties") else {
            return Ok(shape);
        };
        if additional.children.is_empty() {
            return Err(Fault::schema(
                "The element 'AdditionalProperties' has incomplete content.",
            ));
        }
        for path in &additional.children {
            if path.name == "ExtendedFieldURI" {
                shape.extended.push(ExtendedField::read(path)?);
                continue;
            }
            let uri = path.require_attribute("FieldURI")?;
            match uri {
                "folder:FolderId" => {}
                "folder:ParentFolderId" => shape.parent = true,
                "folder:FolderClass" => shape.class = true,
                "folder:DisplayName" => shape.name = true,
                "folder:TotalCount" => shape.total = true,
                "folder:ChildFolderCount" => shape.children = true,
                "folder:UnreadCount" => shape.unread = true,
                "folder:EffectiveRights" => shape.rights = true,
                "folder:DistinguishedFolderId" if since_2013 => shape.distinguished = true,
                "folder:SearchParameters" | "folder:ManagedFolderInformation" | "folder:PermissionSet" => {}
                "folder:PolicyTag" | "folder:ArchiveTag" | "folder:ReplicaList" if since_2013 => {}
                other => return Err(invalid_uri(other)),
            }
        }
        Ok(shape)
    }
}
