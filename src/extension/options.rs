//! The options array: its names, types and limits, and errors that name them. Knows no meaning: the engine checks that.

use std::path::PathBuf;
use std::time::Duration;

use ext_php_rs::exception::{PhpException, PhpResult};
use ext_php_rs::types::{ZendHashTable, Zval};
use sync::{Settings, TlsLevel};

use crate::{date, exception, zvals};

/// Every option: its name, PHPDoc type, whether it is required, and what it is.
pub(crate) const OPTIONS: [(&str, &str, bool, &str); 23] = [
    (
        "server",
        "string",
        true,
        "host, URL of Exchange.asmx, or an e-mail domain",
    ),
    (
        "login",
        "string",
        true,
        "DOMAIN\\user or user@domain; not with auth oauth",
    ),
    ("password", "string", true, "of the login; not with auth oauth"),
    (
        "domains",
        "list<string>",
        true,
        "e-mail domains whose mailboxes may be read",
    ),
    (
        "version",
        "string",
        false,
        "a RequestServerVersion such as Exchange2013_SP1, or auto (default)",
    ),
    (
        "auth",
        "string",
        false,
        "auto (default), basic, ntlm, negotiate or oauth",
    ),
    ("oauth_token_url", "string", false, "token endpoint"),
    ("oauth_client_id", "string", false, "application id"),
    ("oauth_client_secret", "string", false, "application secret"),
    ("oauth_scope", "string", false, "scope"),
    (
        "ca_file",
        "string|null",
        false,
        "PEM file of further certificate authorities, or of the server's own certificate",
    ),
    (
        "legacy_tls",
        "bool",
        false,
        "also TLS 1.0 and 1.1, SHA-1 and short keys, for Exchange 2007 and 2010 on Windows Server 2008; default false",
    ),
    (
        "proxy",
        "string|null",
        false,
        "HTTP proxy on the way to the server, http://[user:password@]host:port; none is taken from the environment",
    ),
    ("concurrency", "int", false, "mailboxes at once, 1 to 512; default 8"),
    (
        "batch_size",
        "int",
        false,
        "messages a batch at most, 1 to 10000; default 100",
    ),
    (
        "since",
        "\\DateTimeInterface|string|null",
        false,
        "ISO 8601 date; older mail is not collected",
    ),
    (
        "folders",
        "list<string>",
        false,
        "names, paths or distinguished ids; default: all mail folders but drafts, junk, outbox and deleted items",
    ),
    (
        "owner_is_recipient",
        "bool",
        false,
        "the mailbox's owner counts as a recipient of what lies in it; default false",
    ),
    (
        "skip_private",
        "bool",
        false,
        "leave private and confidential mail on the server; default false",
    ),
    (
        "journal_mailboxes",
        "list<string>",
        false,
        "addresses that journal reports are sent to: only there the message in a report is collected; default: none",
    ),
    ("connect_timeout", "float", false, "seconds, up to 86400; default 10"),
    ("request_timeout", "float", false, "seconds, up to 86400; default 120"),
    (
        "max_message_bytes",
        "int",
        false,
        "larger messages are skipped and reported; default 100663296",
    ),
];

/// Reads the options.
///
/// # Errors
/// `ConfigurationException` naming the option.
pub(crate) fn settings(options: &ZendHashTable) -> PhpResult<Settings> {
    let mut settings = Settings::default();
    for (key, value) in options {
        let (name, value) = (key.to_string(), value.dereference());
        if value.is_null() && OPTIONS.iter().any(|option| option.0 == name && !option.2) {
            continue;
        }
        read(&mut settings, &name, value)?;
    }
    for (name, _, required, what) in OPTIONS {
        let of_password = matches!(name, "login" | "password");
        if required && options.get(name).is_none() && !(of_password && settings.auth == "oauth") {
            return Err(exception::of_option(
                &format!("The option '{name}' is missing."),
                &format!("Set it: {what}."),
            ));
        }
    }
    Ok(settings)
}

fn read(settings: &mut Settings, name: &str, value: &Zval) -> PhpResult {
    match name {
        "server" => settings.server = text(name, value)?,
        "version" => settings.version = text(name, value)?,
        "login" => settings.login = text(name, value)?,
        "password" => settings.password = text(name, value)?,
        "auth" => settings.auth = text(name, value)?,
        "oauth_token_url" => settings.oauth_token_url = Some(text(name, value)?),
        "oauth_client_id" => settings.oauth_client_id = Some(text(name, value)?),
        "oauth_client_secret" => settings.oauth_client_secret = Some(text(name, value)?),
        "oauth_scope" => settings.oauth_scope = Some(text(name, value)?),
        "domains" => {
            settings.domains = list(name, value)?;
            if settings.domains.is_empty() {
                return Err(exception::of_option(
                    "The option 'domains' is empty.",
                    "Name at least one e-mail domain whose mailboxes may be read.",
                ));
            }
        }
        "ca_file" => settings.ca_file = Some(PathBuf::from(text(name, value)?)),
        "legacy_tls" => {
            settings.tls = if flag(name, value)? {
                TlsLevel::Legacy
            } else {
                TlsLevel::Current
            }
        }
        "proxy" => settings.proxy = Some(text(name, value)?),
        "concurrency" => settings.concurrency = whole(name, value, 512)?,
        "batch_size" => settings.batch_size = whole(name, value, 10_000)?,
        "since" => {
            let wanted = "a \\DateTimeInterface or an ISO 8601 date such as 2024-01-31";
            settings.since = Some(date::read(value).ok_or_else(|| wrong(name, wanted, value))?);
        }
        "folders" => settings.folders = list(name, value)?,
        "owner_is_recipient" => settings.owner_is_recipient = flag(name, value)?,
        "skip_private" => settings.skip_private = flag(name, value)?,
        "journal_mailboxes" => settings.journal_mailboxes = list(name, value)?,
        "connect_timeout" => settings.connect_timeout = seconds(name, value)?,
        "request_timeout" => settings.request_timeout = seconds(name, value)?,
        "max_message_bytes" => settings.max_message_bytes = whole(name, value, usize::MAX)? as u64,
        _ => return Err(unknown(name)),
    }
    Ok(())
}

/// A method's argument that is a list of strings.
///
/// # Errors
/// `ConfigurationException` naming the argument.
pub(crate) fn strings(argument: &str, values: &ZendHashTable) -> PhpResult<Vec<String>> {
    values
        .values()
        .map(|value| {
            value.dereference().string().ok_or_else(|| {
                exception::of_option(
                    &format!(
                        "The argument ${argument} holds a value of type {}.",
                        zvals::type_name(value.dereference())
                    ),
                    "Give a list of strings.",
                )
            })
        })
        .collect()
}

fn text(name: &str, value: &Zval) -> PhpResult<String> {
    let text = value.string().ok_or_else(|| wrong(name, "a string of UTF-8", value))?;
    if text.is_empty() {
        return Err(wrong(name, "a string that is not empty", value));
    }
    Ok(text)
}

fn flag(name: &str, value: &Zval) -> PhpResult<bool> {
    value.bool().ok_or_else(|| wrong(name, "true or false", value))
}

fn list(name: &str, value: &Zval) -> PhpResult<Vec<String>> {
    let array = value.array().ok_or_else(|| wrong(name, "a list of strings", value))?;
    let list: Option<Vec<String>> = array.values().map(|one| one.dereference().string()).collect();
    let list = list.ok_or_else(|| wrong(name, "a list of strings", value))?;
    if list.iter().any(|one| one.trim().is_empty()) {
        return Err(wrong(name, "a list of strings that are not empty", value));
    }
    Ok(list)
}

fn whole(name: &str, value: &Zval, most: usize) -> PhpResult<usize> {
    value
        .long()
        .and_then(|number| usize::try_from(number).ok())
        .filter(|number| (1..=most).contains(number))
        .ok_or_else(|| {
            let wanted = if most == usize::MAX {
                "an int of at least 1".to_owned()
            } else {
                format!("an int from 1 to {most}")
            };
            wrong(name, &wanted, value)
        })
}

fn seconds(name: &str, value: &Zval) -> PhpResult<Duration> {
    value
        .double()
        .or_else(|| value.long().map(|whole| whole as f64))
        .filter(|seconds| *seconds > 0.0 && *seconds <= 86400.0)
        .map(Duration::from_secs_f64)
        .ok_or_else(|| wrong(name, "seconds (float or int), more than 0 and up to 86400", value))
}

/// Says what is wrong, never the value of a secret.
fn wrong(name: &str, wanted: &str, value: &Zval) -> PhpException {
    let given = if let Some(number) = value.long() {
        number.to_string()
    } else if let Some(number) = value.double() {
        number.to_string()
    } else if value.str().is_some_and(str::is_empty) {
        "an empty string".to_owned()
    } else {
        zvals::type_name(value)
    };
    exception::of_option(
        &format!("The option '{name}' must be {wanted}; it is {given}."),
        "Correct it in the settings.",
    )
}

fn unknown(name: &str) -> PhpException {
    let nearest = OPTIONS
        .iter()
        .map(|option| (strsim::damerau_levenshtein(&name.to_lowercase(), option.0), option.0))
        .min()
        .filter(|(distance, known)| *distance <= known.len() / 2);
    let remedy = match nearest {
        Some((_, known)) => format!("Did you mean '{known}'?"),
        None => {
            let all: Vec<_> = OPTIONS.iter().map(|option| option.0).collect();
            format!("Known are {}.", all.join(", "))
        }
    };
    exception::of_option(&format!("There is no option '{}'.", name.escape_debug()), &remedy)
}
