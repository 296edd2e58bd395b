//! `ExchangeSync\News`: a mailbox to look at.

use ext_php_rs::boxed::ZBox;
use ext_php_rs::exception::PhpResult;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendClassObject, Zval};

use super::batch::failure;
use super::{Property, Type, Value, object};
use crate::zvals::{self, string};

/// A mailbox under watch that has news.
#[php_class]
#[php(name = "ExchangeSync\\News", flags = ClassFlags::Final)]
pub struct News {}

#[php_impl]
impl News {
    #[php(vis = "private")]
    pub fn __construct() -> Self {
        Self {}
    }
}

impl Value for News {
    const PROPERTIES: &'static [Property] = &[
        Property::new("mailbox", Type::String, "Address of the mailbox, as it was given."),
        Property::new(
            "failure",
            Type::NullableObject("ExchangeSync\\Failure"),
            "It can't be watched just now, and is tried again later; null: something happened in it, or may have.",
        ),
    ];
}

/// The engine's news for PHP.
///
/// # Errors
/// A date that PHP can't hold.
pub(crate) fn news(news: &sync::News) -> PhpResult<ZBox<ZendClassObject<News>>> {
    let failure = news.failure.as_ref().map(failure).transpose()?;
    Ok(object(
        News {},
        [string(&news.mailbox), failure.map_or_else(Zval::null, zvals::object)],
    ))
}
