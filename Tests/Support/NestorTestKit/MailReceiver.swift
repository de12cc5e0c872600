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

    package let port: Int
    private let folder: TemporaryFolder
    private let process: Int32
    private let log: ProcessLog
    private let watchdog: Watchdog

    /// - Parameters:
    ///   - certificate: a PEM file with certificate and key.
    ///   - password: of the user `nestor`, who has to log in; nil asks nobody.
    package static func start(_ kind: Kind, certificate: String, password: String? = nil) async throws -> MailReceiver {
        let folder = try TemporaryFolder()
        try folder.write("250 taken", to: "answer")
        let script = try folder.write(self.script, to: "receiver.py")
        let (process, log) = try ProcessLog.spawn(
            "/usr/bin/python3", ["-u", script, folder("answer"), kind.rawValue, certificate, password ?? ""])
        // Before anything can fail: whoever started it ends it.
        let watchdog = try Watchdog(over: process)
        _ = await log.contains("\"ready\"", orEndsWithin: .seconds(20))
        guard let line = log.text.split(separator: "\n").first(where: { $0.contains("\"ready\"") }),
            let ready = try? JSONDecoder().decode([String: Int].self, from: Data(line.utf8)), let port = ready["ready"]
        else {
            watchdog.end()
            ProcessTree.end(process)
            throw TestToolFailure(sentence: "the mail server did not start: \(log.text)")
        }
        return MailReceiver(port: port, folder: folder, process: process, log: log, watchdog: watchdog)
    }

    private init(port: Int, folder: TemporaryFolder, process: Int32, log: ProcessLog, watchdog: Watchdog) {
        self.port = port
        self.folder = folder
        self.process = process
        self.log = log
        self.watchdog = watchdog
    }

    /// What it says to a message from now on, such as `451 later`.
    package func answer(_ text: String) throws { try folder.write(text, to: "answer") }

    /// All that came so far, in order, once there are so many: what a client saw answered may not have been read from
    /// the server yet.
    package func messages(atLeast count: Int = 0) async -> [Message] {
        if count > 0 { _ = await log.contains("\"number\": \(count)}", orEndsWithin: .seconds(20)) }
        return log.text.split(separator: "\n").compactMap {
            try? JSONDecoder().decode(Message.self, from: Data($0.utf8))
        }
    }

    package func stop() {
        log.endOnce {
            watchdog.end()
            ProcessTree.end(process)
        }
    }

    deinit { stop() }

    private static let script = """
        import asyncio, json, ssl, sys
        from aiosmtpd.smtp import SMTP, AuthResult

        answer, kind, certificate, password = sys.argv[1:]
        counter = [0]

        class Handler:
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
