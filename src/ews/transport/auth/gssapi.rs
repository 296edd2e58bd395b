//! The host's GSS-API (RFC 2744, MIT Kerberos) as far as an initiator needs it. Knows no HTTP.
//!
//! The library is opened when the first ticket is wanted and not linked: a host without Kerberos loads the extension all
//! the same, and building needs no Kerberos headers. Tickets, keytabs, realms and clocks stay the library's business.

use std::ffi::c_void;
use std::ptr::{self, null_mut};
use std::sync::OnceLock;

use libloading::Library;

/// MIT's, as Debian and Red Hat name it (libgssapi-krb5-2, krb5-libs).
const LIBRARY: &str = "libgssapi_krb5.so.2";

const GSS_S_CONTINUE_NEEDED: u32 = 1;
/// Calling and routine errors sit in the upper half.
const ERROR_MASK: u32 = 0xffff_0000;
const GSS_C_INITIATE: i32 = 1;
const GSS_C_GSS_CODE: i32 = 1;
const GSS_C_MECH_CODE: i32 = 2;

#[repr(C)]
struct Oid {
    length: u32,
    elements: *const c_void,
}

#[repr(C)]
struct OidSet {
    count: usize,
    elements: *const Oid,
}

#[repr(C)]
struct Buffer {
    length: usize,
    value: *mut c_void,
}

impl Buffer {
    const EMPTY: Self = Self {
        length: 0,
        value: null_mut(),
    };

    /// Only for parameters that the library reads.
    fn of(bytes: &[u8]) -> Self {
        Self {
            length: bytes.len(),
            value: bytes.as_ptr().cast_mut().cast(),
        }
    }
}

#[repr(C)]
struct ChannelBindings {
    initiator_addrtype: u32,
    initiator_address: Buffer,
    acceptor_addrtype: u32,
    acceptor_address: Buffer,
    application_data: Buffer,
}

const KRB5: Oid = Oid {
    length: 9,
    elements: b"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02".as_ptr().cast(),
};
const SPNEGO: Oid = Oid {
    length: 6,
    elements: b"\x2b\x06\x01\x05\x05\x02".as_ptr().cast(),
};
/// GSS_C_NT_HOSTBASED_SERVICE.
const SERVICE: Oid = Oid {
    length: 10,
    elements: b"\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x04".as_ptr().cast(),
};
/// GSS_KRB5_NT_PRINCIPAL_NAME.
const PRINCIPAL: Oid = Oid {
    length: 10,
    elements: b"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01".as_ptr().cast(),
};

/// An opaque pointer: a name, a credential or a context.
type Handle = *mut c_void;

type ImportName = unsafe extern "C" fn(*mut u32, *const Buffer, *const Oid, *mut Handle) -> u32;
type ReleaseHandle = unsafe extern "C" fn(*mut u32, *mut Handle) -> u32;
type AcquireCred =
    unsafe extern "C" fn(*mut u32, Handle, u32, *const OidSet, i32, *mut Handle, *mut *mut OidSet, *mut u32) -> u32;
type SetNegMechs = unsafe extern "C" fn(*mut u32, Handle, *const OidSet) -> u32;
type InitSecContext = unsafe extern "C" fn(
    *mut u32,
    Handle,
    *mut Handle,
    Handle,
    *const Oid,
    u32,
    u32,
    *const ChannelBindings,
    *const Buffer,
    *mut *const Oid,
    *mut Buffer,
    *mut u32,
    *mut u32,
) -> u32;
type DeleteSecContext = unsafe extern "C" fn(*mut u32, *mut Handle, *mut Buffer) -> u32;
type ReleaseBuffer = unsafe extern "C" fn(*mut u32, *mut Buffer) -> u32;
type DisplayStatus = unsafe extern "C" fn(*mut u32, u32, i32, *const Oid, *mut u32, *mut Buffer) -> u32;

/// The functions of the opened library, which is never closed again.
pub(super) struct Gssapi {
    import_name: ImportName,
    release_name: ReleaseHandle,
    acquire_cred: AcquireCred,
    release_cred: ReleaseHandle,
    set_neg_mechs: SetNegMechs,
    init_sec_context: InitSecContext,
    delete_sec_context: DeleteSecContext,
    release_buffer: ReleaseBuffer,
    display_status: DisplayStatus,
}

impl Gssapi {
    /// The host's library, opened once a process.
    pub(super) fn get() -> Result<&'static Self, String> {
        static OPENED: OnceLock<Result<Gssapi, String>> = OnceLock::new();
        OPENED.get_or_init(Self::open).as_ref().map_err(Clone::clone)
    }

    fn open() -> Result<Self, String> {
        // SAFETY: a system library; its initializers and these signatures are those of RFC 2744 and MIT's gssapi_ext.h.
        let opened = unsafe {
            Library::new(LIBRARY).and_then(|library| {
                let functions = Self {
                    import_name: *library.get(b"gss_import_name\0")?,
                    release_name: *library.get(b"gss_release_name\0")?,
                    acquire_cred: *library.get(b"gss_acquire_cred\0")?,
                    release_cred: *library.get(b"gss_release_cred\0")?,
                    set_neg_mechs: *library.get(b"gss_set_neg_mechs\0")?,
                    init_sec_context: *library.get(b"gss_init_sec_context\0")?,
                    delete_sec_context: *library.get(b"gss_delete_sec_context\0")?,
                    release_buffer: *library.get(b"gss_release_buffer\0")?,
                    display_status: *library.get(b"gss_display_status\0")?,
                };
                std::mem::forget(library);
                Ok(functions)
            })
        };
        opened.map_err(|_| format!("this host has no {LIBRARY} (Debian: libgssapi-krb5-2)"))
    }

    /// A service `HTTP@host`.
    pub(super) fn service(&'static self, name: &str) -> Result<Name, String> {
        self.name(name, &SERVICE)
    }

    /// A principal `user@REALM`.
    pub(super) fn principal(&'static self, name: &str) -> Result<Name, String> {
        self.name(name, &PRINCIPAL)
    }

    fn name(&'static self, name: &str, kind: &Oid) -> Result<Name, String> {
        let mut minor = 0;
        let mut handle = null_mut();
        // SAFETY: both inputs outlive the call, which copies them.
        let major = unsafe { (self.import_name)(&mut minor, &Buffer::of(name.as_bytes()), kind, &mut handle) };
        self.check(major, minor)?;
        Ok(Name { gssapi: self, handle })
    }

    /// Kerberos credentials of the ticket cache or the client keytab; the library's own choice without a name.
    pub(super) fn credential(&'static self, principal: Option<&Name>) -> Result<Credential, String> {
        // Asked for Kerberos alone first, since only then the library says why there are none.
        self.acquire(principal, &KRB5)?;
        let credential = self.acquire(principal, &SPNEGO)?;
        let only_kerberos = OidSet {
            count: 1,
            elements: &KRB5,
        };
        let mut minor = 0;
        // SAFETY: a living credential, and a set that is copied.
        let major = unsafe { (self.set_neg_mechs)(&mut minor, credential.handle, &only_kerberos) };
        self.check(major, minor)?;
        Ok(credential)
    }

    fn acquire(&'static self, principal: Option<&Name>, mechanism: *const Oid) -> Result<Credential, String> {
        let mechanisms = OidSet {
            count: 1,
            elements: mechanism,
        };
        let mut minor = 0;
        let mut handle = null_mut();
        // SAFETY: null stands for the default name; unwanted outputs may be null (RFC 2744, 5.2).
        let major = unsafe {
            (self.acquire_cred)(
                &mut minor,
                principal.map_or(null_mut(), |name| name.handle),
                0,
                &mechanisms,
                GSS_C_INITIATE,
                &mut handle,
                null_mut(),
                null_mut(),
            )
        };
        self.check(major, minor)?;
        Ok(Credential { gssapi: self, handle })
    }

    fn check(&self, major: u32, minor: u32) -> Result<(), String> {
        if major & ERROR_MASK == 0 {
            return Ok(());
        }
        let detail = self.text(minor, GSS_C_MECH_CODE);
        Err(match detail.is_empty() || minor == 0 {
            true => self.text(major, GSS_C_GSS_CODE),
            false => detail,
        })
    }

    fn text(&self, status: u32, kind: i32) -> String {
        let mut minor = 0;
        let mut more = 0;
        let mut text = Buffer::EMPTY;
        // SAFETY: the library fills `text`, which is copied and given back.
        unsafe {
            (self.display_status)(&mut minor, status, kind, &KRB5, &mut more, &mut text);
            String::from_utf8_lossy(&self.take(text))
                .trim_end_matches('.')
                .to_owned()
        }
    }

    /// Copies the library's buffer and gives it back.
    ///
    /// # Safety
    /// The library must have filled the buffer.
    unsafe fn take(&self, mut buffer: Buffer) -> Vec<u8> {
        if buffer.value.is_null() {
            return Vec::new();
        }
        let mut minor = 0;
        // SAFETY: as this function's.
        unsafe {
            let bytes = std::slice::from_raw_parts(buffer.value.cast::<u8>(), buffer.length).to_vec();
            (self.release_buffer)(&mut minor, &mut buffer);
            bytes
        }
    }
}

/// A name in the library's form.
pub(super) struct Name {
    gssapi: &'static Gssapi,
    handle: Handle,
}

impl Drop for Name {
    fn drop(&mut self) {
        let mut minor = 0;
        // SAFETY: released once, here.
        unsafe { (self.gssapi.release_name)(&mut minor, &mut self.handle) };
    }
}

/// Credentials to initiate with.
pub(super) struct Credential {
    gssapi: &'static Gssapi,
    handle: Handle,
}

impl Drop for Credential {
    fn drop(&mut self) {
        let mut minor = 0;
        // SAFETY: released once, here.
        unsafe { (self.gssapi.release_cred)(&mut minor, &mut self.handle) };
    }
}

/// What a step brought.
pub(super) struct Step {
    /// The token for the server; empty if there is none.
    pub(super) token: Vec<u8>,
    /// Whether the server's token is expected.
    pub(super) wants_more: bool,
}

/// A login with one service under way.
pub(super) struct Context {
    credential: Credential,
    target: Name,
    binding: Option<Vec<u8>>,
    handle: Handle,
}

// SAFETY: the library is thread-safe as long as one object is used by one thread at a time, and these are owned.
unsafe impl Send for Context {}

impl Context {
    pub(super) fn new(credential: Credential, target: Name, binding: Option<Vec<u8>>) -> Self {
        Self {
            credential,
            target,
            binding,
            handle: null_mut(),
        }
    }

    /// The next token; `input` is the server's, or empty at first. May ask the KDC, so it blocks.
    pub(super) fn step(&mut self, input: &[u8]) -> Result<Step, String> {
        let gssapi = self.credential.gssapi;
        let binding = self.binding.as_deref().map(|data| ChannelBindings {
            initiator_addrtype: 0,
            initiator_address: Buffer::EMPTY,
            acceptor_addrtype: 0,
            acceptor_address: Buffer::EMPTY,
            application_data: Buffer::of(data),
        });
        let input = Buffer::of(input);
        let mut output = Buffer::EMPTY;
        let mut minor = 0;
        // SAFETY: all inputs outlive the call; the context is the one of the step before, or null at first.
        let (major, token) = unsafe {
            let major = (gssapi.init_sec_context)(
                &mut minor,
                self.credential.handle,
                &mut self.handle,
                self.target.handle,
                &SPNEGO,
                0,
                0,
                binding.as_ref().map_or(ptr::null(), ptr::from_ref),
                &input,
                null_mut(),
                &mut output,
                null_mut(),
                null_mut(),
            );
            (major, gssapi.take(output))
        };
        gssapi.check(major, minor)?;
        Ok(Step {
            token,
            wants_more: major & GSS_S_CONTINUE_NEEDED != 0,
        })
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        let mut minor = 0;
        // SAFETY: deleted once, here; null is allowed.
        unsafe { (self.credential.gssapi.delete_sec_context)(&mut minor, &mut self.handle, null_mut()) };
    }
}
