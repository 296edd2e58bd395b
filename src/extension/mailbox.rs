//! `ExchangeSync\Mailbox`: what the host asks for.

use std::collections::HashMap;

use ext_php_rs::convert::{FromZval, StubLiteral};
use ext_php_rs::exception::{PhpException, PhpResult};
use ext_php_rs::ffi::ext_php_rs_executor_globals;
use ext_php_rs::flags::{ClassFlags, DataType};
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendClassObject, ZendHashTable, ZendObject, Zval};
use ext_php_rs::zend::ce;
use sync::MailboxTask;

use crate::value::{Property, Type, Value, fill, is_filled};
use crate::{exception, zvals};

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
    ///
    /// @throws ConfigurationException a checkpoint that is no string
    #[php(defaults(checkpoints = Checkpoints::default()))]
    pub fn __construct(address: String, checkpoints: Checkpoints) -> PhpResult<Self> {
        let Some(this) = this().filter(|this| !is_filled(this)) else {
            let message = "Cannot modify readonly property ExchangeSync\\Mailbox::$address".into();
            return Err(PhpException::new(message, 0, ce::error()));
        };
        let by_folder = checkpoints.by_folder(&address)?;
        let given = checkpoints.0.unwrap_or_else(|| zvals::hashtable(ZendHashTable::new()));
        fill::<Self, 2>(this, [zvals::string(&address), given]);
        Ok(Self {
            task: MailboxTask {
                address,
                checkpoints: by_folder,
            },
        })
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
    ];
}

/// The task that a value is, where it is a mailbox.
pub(crate) fn task(value: &Zval) -> Option<MailboxTask> {
    let mailbox = ZendClassObject::<Mailbox>::from_zend_obj(value.object()?)?;
    Some(mailbox.task.clone())
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
