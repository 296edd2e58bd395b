//! `t:Restriction`: search filters of `FindItem`, compiled from the request and tried on items.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::soap::element::Element;
use crate::soap::fault::Fault;
use crate::store::folder::Item;
use crate::store::message::{Party, Properties};

#[derive(Debug)]
pub(super) enum Filter {
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Not(Box<Filter>),
    Exists(Property),
    Contains {
        property: Property,
        mode: Mode,
        ignore_case: bool,
        value: String,
    },
    Compare {
        property: Property,
        order: Order,
        value: Value,
    },
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Mode {
    Full,
    Prefixed,
    Substring,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Order {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Property {
    Subject,
    ItemClass,
    From,
    Sender,
    To,
    Cc,
    Bcc,
    DisplayTo,
    DisplayCc,
    InternetMessageId,
    Received,
    Sent,
    Size,
    IsRead,
    HasAttachments,
    Importance,
}

#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub(super) enum Value {
    Text(String),
    Moment(OffsetDateTime),
    Number(i64),
    Flag(bool),
}

impl Filter {
    /// Reads `t:Restriction`; several children mean all of them.
    pub fn read(restriction: &Element) -> Result<Self, Fault> {
        let filters = restriction
            .children
            .iter()
            .map(Self::expression)
            .collect::<Result<Vec<_>, _>>()?;
        if filters.is_empty() {
            return Err(Fault::schema("The element 'Restriction' has incomplete content."));
        }
        Ok(Self::And(filters))
    }

    fn expression(element: &Element) -> Result<Self, Fault> {
        let all = || {
            element
                .children
                .iter()
                .map(Self::expression)
                .collect::<Result<Vec<_>, _>>()
        };
        let order = match element.name.as_str() {
            "And" => return Ok(Self::And(all()?)),
            "Or" => return Ok(Self::Or(all()?)),
            "Not" => return Ok(Self::Not(Box::new(Self::And(all()?)))),
            "Exists" => return Ok(Self::Exists(property(element)?)),
            "Contains" => {
                let value = element.require("Constant")?.require_attribute("Value")?.to_owned();
                let mode = match element.attribute("ContainmentMode").unwrap_or("FullString") {
                    "FullString" | "ExactPhrase" => Mode::Full,
                    "Prefixed" | "PrefixOnWords" => Mode::Prefixed,
                    _ => Mode::Substring,
                };
                let comparison = element.attribute("ContainmentComparison").unwrap_or("Exact");
                let ignore_case = comparison.contains("IgnoreCase") || comparison == "Loose";
                return Ok(Self::Contains {
                    property: property(element)?,
                    mode,
                    ignore_case,
                    value,
                });
            }
            "IsEqualTo" => Order::Equal,
            "IsNotEqualTo" => Order::NotEqual,
            "IsGreaterThan" => Order::Greater,
            "IsGreaterThanOrEqualTo" => Order::GreaterOrEqual,
            "IsLessThan" => Order::Less,
            "IsLessThanOrEqualTo" => Order::LessOrEqual,
            other => {
                return Err(Fault::schema(&format!(
                    "The search expression '{other}' is not supported."
                )));
            }
        };
        let property = property(element)?;
        let constant = element
            .require("FieldURIOrConstant")?
            .require("Constant")?
            .require_attribute("Value")?;
        Ok(Self::Compare {
            property,
            order,
            value: property.parse(constant)?,
        })
    }

    pub fn admits(&self, item: &Item, p: &Properties) -> bool {
        match self {
            Self::And(filters) => filters.iter().all(|f| f.admits(item, p)),
            Self::Or(filters) => filters.iter().any(|f| f.admits(item, p)),
            Self::Not(filter) => !filter.admits(item, p),
            Self::Exists(property) => !property.values(item, p).is_empty(),
            Self::Contains {
                property,
                mode,
                ignore_case,
                value,
            } => {
                let fold = |text: &str| {
                    if *ignore_case {
                        text.to_lowercase()
                    } else {
                        text.to_owned()
                    }
                };
                let wanted = fold(value);
                property.values(item, p).iter().any(|found| match found {
                    Value::Text(text) => match mode {
                        Mode::Full => fold(text) == wanted,
                        Mode::Prefixed => fold(text).starts_with(&wanted),
                        Mode::Substring => fold(text).contains(&wanted),
                    },
                    _ => false,
                })
            }
            Self::Compare { property, order, value } => {
                let found = property.values(item, p);
                match order {
                    Order::NotEqual => !found.iter().any(|f| f == value),
                    Order::Equal => found.iter().any(|f| same(f, value)),
                    Order::Greater => found.iter().any(|f| f > value),
                    Order::GreaterOrEqual => found.iter().any(|f| f >= value),
                    Order::Less => found.iter().any(|f| f < value),
                    Order::LessOrEqual => found.iter().any(|f| f <= value),
                }
            }
        }
    }
}

/// The store compares text without regard to case.
fn same(found: &Value, value: &Value) -> bool {
    match (found, value) {
        (Value::Text(a), Value::Text(b)) => a.to_lowercase() == b.to_lowercase(),
        _ => found == value,
    }
}

fn property(element: &Element) -> Result<Property, Fault> {
    let uri = match (element.child("FieldURI"), element.child("ExtendedFieldURI")) {
        (Some(field), _) => field.require_attribute("FieldURI")?,
        (None, Some(extended)) => extended.attribute("PropertyTag").unwrap_or_default(),
        (None, None) => {
            return Err(Fault::schema(&format!(
                "The element '{}' has incomplete content.",
                element.name
            )));
        }
    };
    Ok(match uri {
        "item:Subject" | "0x0037" => Property::Subject,
        "item:ItemClass" | "0x001A" | "0x1A" => Property::ItemClass,
        "message:From" | "0x5D02" => Property::From,
        "message:Sender" | "0x5D01" => Property::Sender,
        "message:ToRecipients" => Property::To,
        "message:CcRecipients" => Property::Cc,
        "message:BccRecipients" => Property::Bcc,
        "item:DisplayTo" | "0x0E04" => Property::DisplayTo,
        "item:DisplayCc" | "0x0E03" => Property::DisplayCc,
        "message:InternetMessageId" | "0x1035" => Property::InternetMessageId,
        "item:DateTimeReceived" | "item:DateTimeCreated" | "item:LastModifiedTime" | "0x0E06" => Property::Received,
        "item:DateTimeSent" | "0x0039" => Property::Sent,
        "item:Size" | "0x0E08" => Property::Size,
        "message:IsRead" => Property::IsRead,
        "item:HasAttachments" => Property::HasAttachments,
        "item:Importance" => Property::Importance,
        other => {
            return Err(Fault::schema(&format!(
                "The property '{other}' cannot be searched for on this server."
            )));
        }
    })
}

impl Property {
    fn parse(self, text: &str) -> Result<Value, Fault> {
        let invalid = || {
            Fault::schema(&format!(
                "The 'Value' attribute is invalid for this property: '{text}'."
            ))
        };
        Ok(match self {
            Self::Received | Self::Sent => {
                let zoned = if text.len() == 19 {
                    format!("{text}Z")
                } else {
                    text.to_owned()
                };
                Value::Moment(OffsetDateTime::parse(&zoned, &Rfc3339).map_err(|_| invalid())?)
            }
            Self::Size => Value::Number(text.parse().map_err(|_| invalid())?),
            Self::IsRead | Self::HasAttachments => match text {
                "true" | "1" => Value::Flag(true),
                "false" | "0" => Value::Flag(false),
                _ => return Err(invalid()),
            },
            _ => Value::Text(text.to_owned()),
        })
    }

    /// What the item has: none where the property is absent, several for recipients.
    fn values(self, item: &Item, p: &Properties) -> Vec<Value> {
        let text = |value: Option<&str>| value.map(|v| Value::Text(v.to_owned())).into_iter().collect();
        match self {
            Self::Subject => text(p.subject.as_deref()),
            Self::ItemClass => text(Some(&p.class)),
            Self::From => party_values(p.from.as_slice()),
            Self::Sender => party_values(p.sender.as_slice()),
            Self::To => party_values(&p.to),
            Self::Cc => party_values(&p.cc),
            Self::Bcc => party_values(&p.bcc),
            Self::DisplayTo => text(Some(&Properties::display(&p.to))),
            Self::DisplayCc => text(Some(&Properties::display(&p.cc))),
            Self::InternetMessageId => text(p.message_id.as_deref()),
            Self::Received => vec![Value::Moment(p.received)],
            Self::Sent => p.sent.map(Value::Moment).into_iter().collect(),
            Self::Size => vec![Value::Number(i64::from(p.size))],
            Self::IsRead => vec![Value::Flag(item.flags.read)],
            Self::HasAttachments => vec![Value::Flag(p.has_attachments)],
            Self::Importance => text(Some(p.importance.name())),
        }
    }
}

fn party_values(parties: &[Party]) -> Vec<Value> {
    parties
        .iter()
        .flat_map(|p| [&p.email, &p.name])
        .flatten()
        .map(|text| Value::Text(text.clone()))
        .collect()
}
