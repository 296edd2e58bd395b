//! NTLMv2 (MS-NLMP): the two tokens of a login, with channel binding. Knows no HTTP.

use sspi::{
    AuthIdentityBuffers, BufferType, ClientRequestFlags, DataRepresentation, Ntlm, SecurityBuffer, Sspi, SspiImpl,
};

use super::login::Login;
use crate::transport::Secret;

/// One login under way.
pub(crate) struct Handshake {
    ntlm: Ntlm,
    credentials: Option<AuthIdentityBuffers>,
}

impl Handshake {
    /// For one connection; each needs its own.
    pub(crate) fn new(login: Login<'_>, password: &Secret) -> Self {
        let (user, domain) = login.ntlm();
        Self {
            ntlm: Ntlm::new(),
            credentials: Some(AuthIdentityBuffers::from_utf8(user, domain, password.expose())),
        }
    }

    /// NEGOTIATE_MESSAGE.
    pub(crate) fn negotiate(&mut self) -> Result<Vec<u8>, String> {
        self.step(Vec::new())
    }

    /// AUTHENTICATE_MESSAGE for the server's CHALLENGE_MESSAGE.
    pub(crate) fn authenticate(&mut self, challenge: Vec<u8>, binding: Option<&[u8]>) -> Result<Vec<u8>, String> {
        if let Some(binding) = binding {
            self.ntlm.set_channel_bindings(binding);
        }
        self.step(challenge)
    }

    fn step(&mut self, input: Vec<u8>) -> Result<Vec<u8>, String> {
        let mut input = [SecurityBuffer::new(input, BufferType::Token)];
        let mut output = [SecurityBuffer::new(Vec::new(), BufferType::Token)];
        let mut builder = self
            .ntlm
            .initialize_security_context()
            .with_credentials_handle(&mut self.credentials)
            .with_context_requirements(ClientRequestFlags::empty())
            .with_target_data_representation(DataRepresentation::Native)
            .with_input(&mut input)
            .with_output(&mut output);
        // `resolve_to_result` drives a generator that NTLM never suspends: there is nobody to ask.
        self.ntlm
            .initialize_security_context_impl(&mut builder)
            .and_then(|mut step| step.resolve_to_result())
            .map_err(|error| error.description)?;
        let [token] = output;
        Ok(token.buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_message_is_a_negotiate_message_without_names() {
        let mut handshake = Handshake::new(Login::parse("EXAMPLE\\svc"), &Secret::new("hunter2".into()));
        let message = handshake.negotiate().unwrap();
        assert!(message.starts_with(b"NTLMSSP\0\x01\0\0\0"), "{message:x?}");
    }

    #[test]
    fn a_challenge_that_is_none_is_an_error_and_no_panic() {
        for challenge in [&b""[..], b"NTLMSSP\0\x02\0\0\0", b"NTLMSSP\0\x03\0\0\0", &[0; 200]] {
            let mut handshake = Handshake::new(Login::parse("svc"), &Secret::new("hunter2".into()));
            handshake.negotiate().unwrap();
            assert!(
                handshake.authenticate(challenge.to_vec(), None).is_err(),
                "{challenge:x?}"
            );
        }
    }
}
