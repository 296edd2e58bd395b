//! `ExchangeSync\Message` and what it holds. Bodies and attachments become PHP strings when asked for.

use std::sync::Arc;

use ext_php_rs::binary::Binary;
use ext_php_rs::boxed::ZBox;
use ext_php_rs::exception::PhpResult;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendClassObject, Zval};
use sync::{Content, Direction, OwnerKind, Role};

use super::{Property, Type, Value, object};
use crate::date::Dates;
use crate::zvals::{self, bool, int, list, nullable, string, strings};
use crate::{exception, panics};

/// A collected message.
#[php_class]
#[php(name = "ExchangeSync\\Message", flags = ClassFlags::Final)]
pub struct Message {
    content: Arc<Content>,
}

#[php_impl]
impl Message {
    #[php(vis = "private")]
    pub fn __construct() -> Self {
        Self {
            content: Arc::default(),
        }
    }

    /// The text/plain body in UTF-8, where there is one.
    pub fn text(&self) -> PhpResult<Option<String>> {
        panics::guard(|| Ok(self.content.text().map(str::to_owned)))
    }

    /// The text/html body in UTF-8, where there is one. It is as the sender wrote it: clean it before you show it.
    pub fn html(&self) -> PhpResult<Option<String>> {
        panics::guard(|| Ok(self.content.html().map(str::to_owned)))
    }

    /// Attachments and inline parts, in the order of the message.
    ///
    /// @return list<Attachment>
    pub fn attachments(&self) -> PhpResult<Vec<Zval>> {
        panics::guard(|| {
            let numbers = 0..self.content.attachments().len();
            Ok(numbers
                .filter_map(|index| attachment(&self.content, index))
                .map(zvals::object)
                .collect())
        })
    }
}

impl Value for Message {
    const PROPERTIES: &'static [Property] = &[
        Property::new(
            "itemId",
            Type::String,
            "EWS ItemId; it changes when the message is moved.",
        ),
        Property::new(
            "messageId",
            Type::String,
            "Message-ID with angle brackets; where the mail has none, one derived from it that stays the same. Different mails may share one: with sender, sent second and subject it tells which mail it is.",
        ),
        Property::new(
            "direction",
            Type::String,
            "incoming (the sender is a contact) or outgoing (the sender is a user).",
        ),
        Property::new("subject", Type::String, "Subject; empty where there is none."),
        Property::new("from", Type::Object("ExchangeSync\\Address"), "Sender."),
        Property::new("to", Type::Array("list<Address>"), "To."),
        Property::new("cc", Type::Array("list<Address>"), "Cc."),
        Property::new(
            "bcc",
            Type::Array("list<Address>"),
            "Bcc, which mostly the sender's own copy has.",
        ),
        Property::new("sent", Type::Object("DateTimeImmutable"), "When it was sent, in UTC."),
        Property::new(
            "received",
            Type::Object("DateTimeImmutable"),
            "When it was received, in UTC.",
        ),
        Property::new("importance", Type::String, "low, normal or high."),
        Property::new("read", Type::Bool, "Whether it is read."),
        Property::new("itemClass", Type::String, "EWS ItemClass, such as IPM.Note."),
        Property::new("size", Type::Int, "Size on the server, in bytes."),
        Property::new(
            "references",
            Type::Array("list<string>"),
            "References: Message-IDs with angle brackets, the oldest first.",
        ),
        Property::new("inReplyTo", Type::NullableString, "In-Reply-To, with angle brackets."),
        Property::new("threadId", Type::NullableString, "EWS ConversationId."),
        Property::new("acceptLanguage", Type::NullableString, "Accept-Language."),
        Property::new(
            "matches",
            Type::Array("list<MatchedAddress>"),
            "Its addresses that the address book knows, with every owner.",
        ),
        Property::new(
            "incomplete",
            Type::Array("list<string>"),
            "What of it could not be taken apart as its sender meant it, in sentences for the administrator.",
        ),
    ];
}

/// A display name and an address.
#[php_class]
#[php(name = "ExchangeSync\\Address", flags = ClassFlags::Final)]
pub struct Address {
    name: Option<String>,
    email: String,
}

#[php_impl]
impl Address {
    #[php(vis = "private")]
    pub fn __construct() -> Self {
        Self {
            name: None,
            email: String::new(),
        }
    }

    /// `Name <email>`, quoted where RFC 5322 asks for it, or the address alone.
    #[php(name = "__toString")]
    pub fn to_php_string(&self) -> String {
        mailbox(self.name.as_deref(), &self.email)
    }
}

impl Value for Address {
    const PROPERTIES: &'static [Property] = &[
        Property::new("name", Type::NullableString, "Display name."),
        Property::new("email", Type::String, "Address as the header has it."),
    ];
}

/// An address of a message and one of its owners.
#[php_class]
#[php(name = "ExchangeSync\\MatchedAddress", flags = ClassFlags::Final)]
pub struct MatchedAddress {}

#[php_impl]
impl MatchedAddress {
    #[php(vis = "private")]
    pub fn __construct() -> Self {
        Self {}
    }
}

impl Value for MatchedAddress {
    const PROPERTIES: &'static [Property] = &[
        Property::new("email", Type::String, "Address in lower case."),
        Property::new("kind", Type::String, "contact or user."),
        Property::new("id", Type::Int, "The owner's id, as the address book was told."),
        Property::new("role", Type::String, "from, to, cc or bcc."),
    ];
}

/// An attachment or inline part.
#[php_class]
#[php(name = "ExchangeSync\\Attachment", flags = ClassFlags::Final)]
pub struct Attachment {
    message: Arc<Content>,
    index: usize,
}

#[php_impl]
impl Attachment {
    #[php(vis = "private")]
    pub fn __construct() -> Self {
        Self {
            message: Arc::default(),
            index: 0,
        }
    }

    /// Its bytes, decoded now.
    ///
    /// @throws Exception
    pub fn content(&self) -> PhpResult<Binary<u8>> {
        panics::guard(|| {
            let bytes = self
                .message
                .attachment(self.index)
                .ok_or_else(|| exception::of_host("The message has no such attachment.", "Read the message again."))?;
            Ok(Binary::new(bytes))
        })
    }
}

impl Value for Attachment {
    const PROPERTIES: &'static [Property] = &[
        Property::new("fileName", Type::String, "File name without a path; never empty."),
        Property::new(
            "contentType",
            Type::String,
            "Content-Type in lower case, without parameters.",
        ),
        Property::new("contentId", Type::NullableString, "Content-ID without angle brackets."),
        Property::new("inline", Type::Bool, "Whether the HTML body shows it (by cid:)."),
        Property::new("size", Type::Int, "Bytes, decoded."),
    ];
}

/// The engine's message for PHP.
///
/// # Errors
/// A date that PHP can't hold.
pub(crate) fn message(message: sync::Message, dates: &Dates) -> PhpResult<ZBox<ZendClassObject<Message>>> {
    let direction = match message.direction {
        Direction::Incoming => "incoming",
        Direction::Outgoing => "outgoing",
    };
    let incomplete = strings(message.content.incomplete());
    Ok(object(
        Message {
            content: message.content,
        },
        [
            string(&message.item_id),
            string(&message.message_id),
            string(direction),
            string(&message.subject),
            zvals::object(address(message.from)),
            addresses(message.to),
            addresses(message.cc),
            addresses(message.bcc),
            dates.at(message.sent)?,
            dates.at(message.received)?,
            string(message.importance),
            bool(message.read),
            string(&message.item_class),
            int(message.size),
            strings(&message.references),
            nullable(message.in_reply_to),
            nullable(message.thread_id),
            nullable(message.accept_language),
            list(message.matches.iter().map(|one| zvals::object(matched(one)))),
            incomplete,
        ],
    ))
}

fn addresses(all: Vec<sync::Address>) -> Zval {
    list(all.into_iter().map(|one| zvals::object(address(one))))
}

fn address(address: sync::Address) -> ZBox<ZendClassObject<Address>> {
    let properties = [nullable(address.name.as_ref()), string(&address.email)];
    object(
        Address {
            name: address.name,
            email: address.email,
        },
        properties,
    )
}

/// RFC 5322, 3.4: `mailbox`; a display name with specials is a quoted string (3.2.4).
fn mailbox(name: Option<&str>, email: &str) -> String {
    match name.map(str::trim).filter(|name| !name.is_empty()) {
        None => email.to_owned(),
        Some(name) if name.contains(|c| "()<>[]:;@\\,.\"".contains(c)) => {
            let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
            format!("\"{quoted}\" <{email}>")
        }
        Some(name) => format!("{name} <{email}>"),
    }
}

fn matched(found: &sync::Match) -> ZBox<ZendClassObject<MatchedAddress>> {
    let kind = match found.kind {
        OwnerKind::Contact => "contact",
        OwnerKind::User => "user",
    };
    let role = match found.role {
        Role::From => "from",
        Role::To => "to",
        Role::Cc => "cc",
        Role::Bcc => "bcc",
    };
    let mut id = Zval::new();
    id.set_long(found.id);
    object(
        MatchedAddress {},
        [string(&found.email), string(kind), id, string(role)],
    )
}

fn attachment(message: &Arc<Content>, index: usize) -> Option<ZBox<ZendClassObject<Attachment>>> {
    let info = message.attachments().get(index)?;
    let values = [
        string(&info.file_name),
        string(&info.content_type),
        nullable(info.content_id.as_ref()),
        bool(info.inline),
        int(info.size),
    ];
    let message = message.clone();
    Some(object(Attachment { message, index }, values))
}
