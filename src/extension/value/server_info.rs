//! `ExchangeSync\ServerInfo`: what `check` found.

use ext_php_rs::boxed::ZBox;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendClassObject;

use super::{Property, Type, Value, object};
use crate::zvals::{int, string};

/// What ExchangeSync::check() found out about the server and the mailbox.
#[php_class]
#[php(name = "ExchangeSync\\ServerInfo", flags = ClassFlags::Final)]
pub struct ServerInfo {}

#[php_impl]
impl ServerInfo {
    #[php(vis = "private")]
    pub fn __construct() -> Self {
        Self {}
    }
}

impl Value for ServerInfo {
    const PROPERTIES: &'static [Property] = &[
        Property::new("url", Type::String, "URL of Exchange.asmx that answered."),
        Property::new("build", Type::String, "Build, such as 15.2.1544.4."),
        Property::new("product", Type::String, "Product, such as Exchange 2019."),
        Property::new(
            "version",
            Type::String,
            "RequestServerVersion in use, such as Exchange2013_SP1.",
        ),
        Property::new(
            "auth",
            Type::String,
            "Authentication in use: basic, ntlm, negotiate or oauth.",
        ),
        Property::new("mailbox", Type::String, "The mailbox that was opened."),
        Property::new("folders", Type::Int, "Number of its mail folders."),
    ];
}

/// The engine's finding for PHP.
pub(crate) fn server_info(info: &sync::ServerInfo) -> ZBox<ZendClassObject<ServerInfo>> {
    object(
        ServerInfo {},
        [
            string(&info.url),
            string(&info.build),
            string(&info.product),
            string(&info.version),
            string(&info.auth),
            string(&info.mailbox),
            int(info.folders.into()),
        ],
    )
}
