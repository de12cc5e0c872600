/// One message for one address to one server, over SMTP with TLS and nothing else.
package struct MailCall: Sendable {
    /// From the first byte on, or after a greeting in the clear (STARTTLS), which goes on only when the server agrees.
    package enum Security: Sendable, Hashable {
        case implicit, startTLS
    }

    package var server: String
    package var port: Int
    package var security: Security
    /// Plain addresses, `ops@example.org`.
    package var from: String
    package var to: String
    /// Nil where the server asks for no login.
    package var login: (user: String, password: String)?
    /// Certificates to trust instead of the system's, as PEM; nil takes the system's.
    package var authorityFile: String?
    /// Headers, an empty line and the body, lines ended by CRLF.
    package var message: [UInt8]
    package var deadline: Duration

    package init(
        server: String, port: Int, security: Security, from: String, to: String,
        login: (user: String, password: String)? = nil, authorityFile: String? = nil, message: [UInt8],
        deadline: Duration = .seconds(60)
    ) {
        self.server = server
        self.port = port
        self.security = security
        self.from = from
        self.to = to
        self.login = login
        self.authorityFile = authorityFile
        self.message = message
        self.deadline = deadline
    }

    var origin: String { "\(server):\(port)" }
}

/// Hands messages to mail servers.
package final class MailCaller: Sendable {
    private let loop = TransferLoop()

    package init() {}

    deinit { loop.end() }

    package func send(_ call: MailCall) async throws(HTTPCallFailure) {
        _ = try await loop.run(MailTransfer(call), named: call.origin)
    }
}
