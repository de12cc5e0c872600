/// Why a jump host did not open a forwarded channel, from the reason code of its answer (RFC 4254, section 5.1).
package struct ForwardRefusal: Sendable, Equatable {
    package var code: SSHFailure.Code
    /// The peer's own words, without control characters.
    package var reason: String

    /// - Parameters:
    ///   - reasonCode: 1 administratively prohibited, 2 connect failed, 3 unknown channel type, 4 resource shortage.
    ///   - reason: the peer's words. OpenSSH tells apart by them alone whether the name did not resolve, nobody
    ///     listened or nothing answered (`channels.c`, `connect_to_helper`).
    package init(reasonCode: Int?, reason: String) {
        self.reason = PeerText.cleaned(reason, most: 200)
        let lower = reason.lowercased()
        switch reasonCode {
        case 2 where lower.contains("refused"): code = .refused
        case 2 where lower.contains("name or service") || lower.contains("name resolution"): code = .addressUnknown
        case 2 where lower.contains("timed out") || lower.contains("no route") || lower.contains("unreachable"):
            code = .unreachable
        case 2 where lower.contains("unknown host") || lower.contains("resolv"): code = .addressUnknown
        default: code = .forwardingRefused
        }
    }
}

/// Text from a peer, made fit for a log and a terminal.
package enum PeerText {
    /// Control characters, and what only changes how text looks, become spaces; the rest is cut at `most` characters.
    package static func cleaned(_ text: some StringProtocol, most: Int) -> String {
        var cleaned = ""
        for scalar in text.unicodeScalars.prefix(most) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                cleaned.unicodeScalars.append(" ")
            default: cleaned.unicodeScalars.append(scalar)
            }
        }
        return cleaned
    }
}

extension ForwardRefusal {
    /// From libssh's sentence: `Channel opening failure: channel 43 error (2) Connection refused`.
    package init(libsshWords words: String) {
        guard let mark = words.firstRange(of: "error ("), let end = words[mark.upperBound...].firstIndex(of: ")") else {
            self.init(reasonCode: nil, reason: words)
            return
        }
        let reason = words[words.index(after: end)...].drop { $0 == " " }
        self.init(reasonCode: Int(words[mark.upperBound..<end]), reason: String(reason))
    }
}
