"""An HTTPS server that insists on channel bindings, as Exchange does with Extended Protection set to Require.

mod_auth_gssapi checks none, so this one hands gss-ntlmssp and MIT Kerberos the binding to the certificate that it shows,
and takes only logins that these libraries call bound. It knows no protocol's insides.
"""

import base64
import hashlib
import http.server
import ssl
import sys

import gssapi

GSS_C_CHANNEL_BOUND_FLAG = 0x800
NTLMSSP = gssapi.OID.from_int_seq("1.3.6.1.4.1.311.2.2.10")
ENVELOPE = b"""<?xml version="1.0"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>%s</s:Body></s:Envelope>"""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    binding = b""
    context = None
    account = None

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        # As where an administrator left only Negotiate, which Windows takes NTLM's messages in.
        offers = ["Negotiate"] if self.path.startswith("/negotiate-only/") else ["Negotiate", "NTLM"]
        if scheme:
            self.account = None
            challenge = self.step(scheme, base64.b64decode(token)) if scheme in offers else None
            if challenge:
                offers = [f"{scheme} {challenge}"]
        if self.account is None:
            return self.answer(401, "text/html", b"", [("WWW-Authenticate", offer) for offer in offers])
        self.answer(200, "text/xml; charset=utf-8", ENVELOPE % self.account.encode(), [])

    def step(self, scheme, token):
        if self.context is None:
            bindings = gssapi.raw.ChannelBindings(application_data=self.binding)
            mechanisms = [NTLMSSP] if scheme == "NTLM" else None
            credentials = gssapi.Credentials(usage="accept", mechs=mechanisms)
            self.context = gssapi.SecurityContext(creds=credentials, usage="accept", channel_bindings=bindings)
        try:
            reply = self.context.step(token)
            complete = self.context.complete
        except gssapi.exceptions.GSSError as error:
            self.log_message("refused: %s", error)
            self.context = None
            return None
        if not complete:
            return base64.b64encode(reply).decode()
        context, self.context = self.context, None
        if not int(context.actual_flags) & GSS_C_CHANNEL_BOUND_FLAG:
            self.log_message("refused: %s is not bound to the channel", context.initiator_name)
            return None
        self.account = str(context.initiator_name)
        return None

    def answer(self, status, content_type, body, headers):
        self.send_response(status)
        for name, value in [("Content-Type", content_type), ("Content-Length", str(len(body))), *headers]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def main():
    port, certificate, key, digest = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
    with open(certificate, encoding="ascii") as file:
        der = ssl.PEM_cert_to_DER_cert(file.read())
    # Python's memory of the handler is a class for each server, so each server is a process of its own.
    Handler.binding = b"tls-server-end-point:" + hashlib.new(digest, der).digest()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()


main()
