/// The body of every answer that is not a success. Decide by `code`.
package struct APIError: Codable, Error, Sendable, Hashable, CustomStringConvertible {
    /// A stable name, such as `host-unknown`; codes of SSH failures and of agents pass through as they are.
    package var code: String
    /// In lower case, naming the thing and, where there are two values, both.
    package var sentence: String
    /// What to do about it; empty where nothing is known.
    package var remedy: String
    /// Every fault of a document at once.
    package var faults: [DocumentFault]
    /// The key that was offered, for `host-key-unknown` and `host-key-mismatch`.
    package var offeredKey: OfferedHostKey?

    package init(
        code: String, sentence: String, remedy: String = "", faults: [DocumentFault] = [],
        offeredKey: OfferedHostKey? = nil
    ) {
        self.code = code
        self.sentence = sentence
        self.remedy = remedy
        self.faults = faults
        self.offeredKey = offeredKey
    }

    package var description: String { remedy.isEmpty ? sentence : "\(sentence); \(remedy)" }
}

/// One fault of a file that was sent, with its place.
package struct DocumentFault: Codable, Sendable, Hashable {
    package var file: String
    /// From 1.
    package var line: Int
    /// From 1.
    package var column: Int
    package var sentence: String
    package var remedy: String

    package init(file: String, line: Int, column: Int, sentence: String, remedy: String) {
        self.file = file
        self.line = line
        self.column = column
        self.sentence = sentence
        self.remedy = remedy
    }
}

/// A server's key as a person compares it.
package struct OfferedHostKey: Codable, Sendable, Hashable {
    /// Such as `ssh-ed25519`.
    package var type: String
    package var base64: String
    /// OpenSSH's form, `SHA256:…`.
    package var fingerprint: String
    /// The line of the settings' known_hosts file that accepts it, `FILE:12`; nil where nothing does.
    package var acceptedBy: String?

    package init(type: String, base64: String, fingerprint: String) {
        self.type = type
        self.base64 = base64
        self.fingerprint = fingerprint
    }

    /// As `FleetHost.hostKeys` holds it.
    package var pin: String { "\(type) \(base64)" }
}
