/// A file's transfer as a state machine: it is given the server's replies and says what to send next.
package protocol SFTPTransfer: Sendable {
    /// The first packets.
    mutating func begin() -> [UInt8]
    mutating func receive(_ reply: SFTPReply) -> SFTPStep
    /// What to send when the transfer is given up in the middle; `receive` then says when all of it was answered.
    ///
    /// The answers matter: OpenSSH's server drops the requests that it has read and not yet worked on when its input
    /// ends.
    mutating func abandon() -> SFTPStep
}

/// What follows from a reply.
package enum SFTPStep: Sendable, Equatable {
    /// Send these packets, which may be none, and wait.
    case more([UInt8])
    case done
    case failed(SFTPRefusal)
}

/// Why a transfer ended without its file.
package struct SFTPRefusal: Error, Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case noSuchFile, permissionDenied, tooLong, unsupported, refused, protocolError
    }

    package var kind: Kind
    /// In lower case: what was tried, and the server's words.
    package var sentence: String

    package init(_ kind: Kind, _ sentence: String) {
        self.kind = kind
        self.sentence = sentence
    }

    /// A status that is no success, as the answer to `action`.
    init(_ action: String, status code: UInt32, _ message: String) {
        // The codes of draft-ietf-secsh-filexfer-02, section 7.
        let kind: Kind =
            switch code {
            case 2: .noSuchFile
            case 3: .permissionDenied
            case 8: .unsupported
            default: .refused
            }
        self.init(kind, "\(action): \(message.isEmpty ? "status \(code)" : message.lowercased())")
    }

    static func unexpected(_ reply: SFTPReply) -> SFTPRefusal {
        let what =
            switch reply {
            case .version: "version"
            case .status(_, let code, _): "status \(code)"
            case .handle: "handle"
            case .data: "data"
            }
        return SFTPRefusal(.protocolError, "the server sent an answer that nothing asked for (\(what))")
    }
}

extension SFTPReply {
    /// Status 0 of the request `id`.
    func isSuccess(of id: UInt32) -> Bool {
        if case .status(id, 0, _) = self { true } else { false }
    }
}
