//! `ExchangeSync\Mailbox`: what the host asks for.

use std::collections::HashMap;
use std::time::SystemTime;

use ext_php_rs::convert::{FromZval, StubLiteral};
use ext_php_rs::exception::{PhpException, PhpResult};
use ext_php_rs::ffi::ext_php_rs_executor_globals;
use ext_php_rs::flags::{ClassFlags, DataType};
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendClassObject, ZendHashTable, ZendObject, Zval};
use ext_php_rs::zend::ce;
use sync::{Collects, MailboxTask};

use crate::value::{Property, Type, Value, fill, is_filled};
use crate::{date, exception, zvals};

/// A mailbox to be read, with what the host stored of it.
#[php_class]
#[php(name = "ExchangeSync\\Mailbox", flags = ClassFlags::Final)]
pub struct Mailbox {
    task: MailboxTask,
}

#[php_impl]
impl Mailbox {
    /// @param string $address SMTP address
    /// @param array<string, string> $checkpoints folder id to checkpoint, as batches handed them out
    /// @param string $collects 'matched': mail between a contact and a user; 'addressed': all mail that this address sent or received
    /// @param string|null $since RFC 3339: mail received before is not collected; null: as the option `since` says
    ///
    /// @throws ConfigurationException a checkpoint that is no string, another word than those two, a date that is none
    #[php(defaults(checkpoints = Checkpoints::default(), collects = String::from("matched"), since = None))]
    pub fn __construct(
        address: String,
        checkpoints: Checkpoints,
        collects: String,
        since: Option<String>,
    ) -> PhpResult<Self> {
        let Some(this) = this().filter(|this| !is_filled(this)) else {
            let message = "Cannot modify readonly property ExchangeSync\\Mailbox::$address".into();
            return Err(PhpException::new(message, 0, ce::error()));
        };
        let task = MailboxTask {
            checkpoints: checkpoints.by_folder(&address)?,
            collects: read_collects(&address, &collects)?,
            since: since.as_deref().map(|text| read_since(&address, text)).transpose()?,
            address,
        };
        let given = checkpoints.0.unwrap_or_else(|| zvals::hashtable(ZendHashTable::new()));
        let since = zvals::nullable(since);
        fill::<Self, 4>(
            this,
            [zvals::string(&task.address), given, zvals::string(collects), since],
        );
        Ok(Self { task })
    }
}

impl Value for Mailbox {
    const PROPERTIES: &'static [Property] = &[
        Property::new("address", Type::String, "SMTP address."),
        Property::new(
            "checkpoints",
            Type::Array("array<string, string>"),
            "Folder id to checkpoint, as batches handed them out.",
        ),
        Property::new("collects", Type::String, "'matched' or 'addressed'."),
        Property::new(
            "since",
            Type::NullableString,
            "RFC 3339: mail received before is not collected.",
        ),
    ];
}

/// The task that a value is, where it is a mailbox.
pub(crate) fn task(value: &Zval) -> Option<MailboxTask> {
    let mailbox = ZendClassObject::<Mailbox>::from_zend_obj(value.object()?)?;
    Some(mailbox.task.clone())
}

fn read_collects(mailbox: &str, word: &str) -> PhpResult<Collects> {
    match word {
        "matched" => Ok(Collects::Matched),
        "addressed" => Ok(Collects::Addressed),
        _ => Err(exception::of_option(
            &format!("Mailbox {mailbox} is to collect \"{word}\"."),
            "Give \"matched\" for mail between contacts and users, or \"addressed\" for all that the address sent or received.",
        )),
    }
}

fn read_since(mailbox: &str, text: &str) -> PhpResult<SystemTime> {
    date::parse(text).ok_or_else(|| {
        exception::of_option(
            &format!("Mailbox {mailbox} is to be read since \"{text}\", which is no date."),
            "Give a date like 2024-01-31, or a moment like 2024-01-31T08:00:00+01:00.",
        )
    })
}

/// The object that the running method belongs to.
fn this<'a>() -> Option<&'a mut ZendObject> {
    // SAFETY: PHP's thread, inside of a method: its frame is the current one and holds the object.
    unsafe {
        let frame = (*ext_php_rs_executor_globals()).current_execute_data;
        frame
            .as_mut()?
            .This
            .object_mut()
            .map(|object| &mut *std::ptr::from_mut(object))
    }
}

/// The argument as PHP has it; none was given: an empty array.
#[derive(Default)]
pub struct Checkpoints(Option<Zval>);

impl StubLiteral for Checkpoints {
    fn stub_literal(&self) -> String {
        "[]".into()
    }
}

impl FromZval<'_> for Checkpoints {
    const TYPE: DataType = DataType::Array;

    fn from_zval(zval: &Zval) -> Option<Self> {
        let value = zval.dereference();
        value.is_array().then(|| Self(Some(value.shallow_clone())))
    }
}

impl Checkpoints {
    fn by_folder(&self, mailbox: &str) -> PhpResult<HashMap<String, String>> {
        let mut checkpoints = HashMap::new();
        for (folder, checkpoint) in self.0.as_ref().and_then(Zval::array).into_iter().flatten() {
            let Some(checkpoint) = checkpoint.dereference().string() else {
                return Err(exception::of_option(
                    &format!(
                        "The checkpoints of mailbox {mailbox} hold {} for folder {folder}.",
                        zvals::type_name(checkpoint)
                    ),
                    "Give them as [folder id => checkpoint], both strings, as batches handed them out.",
                ));
            };
            checkpoints.insert(folder.to_string(), checkpoint);
        }
        Ok(checkpoints)
    }
}
