import Foundation

/// A real mail server of the test's own on 127.0.0.1 (Debian's python3-aiosmtpd), which takes messages over TLS,
/// answers them as the test says, and remembers them. It ends with `stop` or with this object.
package final class MailReceiver: Sendable {
    package struct Message: Sendable, Decodable {
        package var from: String
        package var to: [String]
        package var content: String
        /// Who logged in; empty where nobody did.
        package var user: String
        /// Whether it came over TLS.
        package var secure: Bool
        package var answer: String
    }

    package enum Kind: String, Sendable {
        case implicit, starttls, clear
    }

    private let server: ScriptedServer
    package var port: Int { server.port }

    /// - Parameters:
    ///   - certificate: a PEM file with certificate and key.
    ///   - password: of the user `nestor`, who has to log in; nil asks nobody.
    package static func start(_ kind: Kind, certificate: String, password: String? = nil) async throws -> MailReceiver {
        MailReceiver(
            try await ScriptedServer(script, answer: "250 taken", [kind.rawValue, certificate, password ?? ""]))
    }

    private init(_ server: ScriptedServer) { self.server = server }

    /// It knows nobody whose address begins like this.
    package static let unknown = "gone"

    /// What it says to a message from now on, such as `451 later`.
    package func answer(_ text: String) throws { try server.answer(text) }

    /// As `ScriptedServer.came`.
    package func messages(atLeast count: Int = 0) async -> [Message] { await server.came(atLeast: count) }

    package func stop() { server.stop() }

    private static let script = """
        import asyncio, json, ssl, sys
        from aiosmtpd.smtp import SMTP, AuthResult

        answer, kind, certificate, password = sys.argv[1:]
        counter = [0]

        class Handler:
            async def handle_RCPT(self, server, session, envelope, address, options):
                if address.startswith("\(unknown)"):
                    return "550 5.1.1 no such mailbox"
                envelope.rcpt_tos.append(address)
                return "250 OK"

            async def handle_DATA(self, server, session, envelope):
                said = open(answer).read()
                counter[0] += 1
                sys.stderr.write(json.dumps({
                    "from": envelope.mail_from, "to": envelope.rcpt_tos, "user": session.auth_data or "",
                    "content": envelope.content.decode("utf-8"), "answer": said,
                    "secure": kind == "implicit" or session.ssl is not None, "number": counter[0]}) + "\\n")
                return said

        def authenticate(server, session, envelope, mechanism, data):
            good = data.login == b"nestor" and data.password == password.encode()
            return AuthResult(success=good, handled=False, auth_data=data.login.decode() if good else None)

        async def main():
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            options = {"hostname": "localhost"}
            if kind == "starttls":
                options.update(tls_context=context, require_starttls=True)
            if password:
                options.update(authenticator=authenticate, auth_required=True, auth_require_tls=kind == "starttls")
            server = await asyncio.get_running_loop().create_server(
                lambda: SMTP(Handler(), **options), "127.0.0.1", 0, ssl=context if kind == "implicit" else None)
            sys.stderr.write(json.dumps({"ready": server.sockets[0].getsockname()[1]}) + "\\n")
            await server.serve_forever()

        asyncio.run(main())
        """
}
