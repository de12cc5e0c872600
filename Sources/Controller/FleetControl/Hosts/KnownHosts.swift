import Digests
import FoundationEssentials
import SecureShell

/// An OpenSSH known_hosts file that the settings name: the keys that its author accepts at enrolment.
///
/// Plain and hashed names, patterns with `*`, `?` and `!`, ports in brackets and `@revoked` are understood. Lines of
/// `@cert-authority` are passed over: certificates of hosts are not looked at.
struct KnownHosts: Sendable, Hashable {
    enum Verdict: Sendable, Hashable {
        /// Accepted by this line, from 1.
        case accepted(line: Int)
        /// Other keys are accepted for that name, and not this one.
        case differs(line: Int)
        case revoked(line: Int)
        /// No line is about that name.
        case unlisted
    }

    private struct Entry: Sendable, Hashable {
        var line: Int
        var isRevoked: Bool
        var names: Substring
        var key: HostKey
    }

    private let entries: [Entry]

    /// Lines that are none are passed over, as OpenSSH does.
    init(_ text: String) {
        var entries: [Entry] = []
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() where !line.hasPrefix("#") {
            var words = line.split { $0 == " " || $0 == "\t" }
            var isRevoked = false
            if words.first?.hasPrefix("@") == true {
                guard words.removeFirst() == "@revoked" else { continue }
                isRevoked = true
            }
            guard words.count >= 3 else { continue }
            entries.append(
                Entry(
                    line: index + 1, isRevoked: isRevoked, names: words[0],
                    key: HostKey(type: String(words[1]), base64: String(words[2]))))
        }
        self.entries = entries
    }

    /// - Parameter names: how the machine may be called there, as `KnownHosts.names` makes them.
    func verdict(on key: HostKey, of names: [String]) -> Verdict {
        var other: Int?
        var accepted: Int?
        for entry in entries where names.contains(where: { Self.matches(entry.names, $0) }) {
            let isSame = entry.key == key
            if entry.isRevoked {
                if isSame { return .revoked(line: entry.line) }
            } else if isSame {
                accepted = accepted ?? entry.line
            } else {
                other = other ?? entry.line
            }
        }
        if let accepted { return .accepted(line: accepted) }
        return other.map { .differs(line: $0) } ?? .unlisted
    }

    /// The path in the fleet, as ssh's HostKeyAlias would have it, and for a physical host its address: the address of
    /// a guest is only unique inside its own host.
    static func names(path: String, isPhysical: Bool, address: String, port: Int) -> [String] {
        guard isPhysical else { return [path.lowercased()] }
        let place = port == 22 ? address : "[\(address)]:\(port)"
        return [path.lowercased(), place.lowercased()]
    }

    private static func matches(_ patterns: Substring, _ name: String) -> Bool {
        if patterns.hasPrefix("|1|") {
            let parts = patterns.split(separator: "|", omittingEmptySubsequences: false)
            guard parts.count == 4, let salt = Data(base64Encoded: String(parts[2])),
                let hash = Data(base64Encoded: String(parts[3]))
            else { return false }
            return HMACSHA1.code(of: Array(name.utf8), key: [UInt8](salt)) == [UInt8](hash)
        }
        var found = false
        for pattern in patterns.split(separator: ",") {
            let isNegated = pattern.hasPrefix("!")
            let bytes = Array((isNegated ? pattern.dropFirst() : pattern).lowercased().utf8)
            guard glob(bytes, Array(name.utf8)) else { continue }
            if isNegated { return false }
            found = true
        }
        return found
    }

    /// `*` stands for anything and `?` for one byte. In linear space and at most quadratic time.
    private static func glob(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
        var (at, place) = (0, 0)
        var star: (pattern: Int, text: Int)?
        while place < text.count {
            if at < pattern.count, pattern[at] == UInt8(ascii: "*") {
                star = (at, place)
                at += 1
            } else if at < pattern.count, pattern[at] == UInt8(ascii: "?") || pattern[at] == text[place] {
                at += 1
                place += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                (at, place) = (last.pattern + 1, last.text + 1)
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
