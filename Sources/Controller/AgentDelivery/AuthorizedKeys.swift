/// The lines that the controller owns in a host's authorized_keys: two, told by their comments. All other lines are
/// left as they are.
package struct AuthorizedKeys: Sendable {
    /// The controller's id: part of the comments.
    package var controller: String
    /// Type and base64 of the two public keys.
    package var reportKey: String
    package var correctKey: String
    /// Absolute path of the agent's binary on the host.
    package var agent: String
    package var state: String
    package var libvirtSocket: String?
    /// `address:port` of each guest that is reached through this host.
    package var forwards: [String]

    package init(
        controller: String, reportKey: String, correctKey: String, agent: String, state: String,
        libvirtSocket: String?, forwards: [String]
    ) {
        self.controller = controller
        self.reportKey = reportKey
        self.correctKey = correctKey
        self.agent = agent
        self.state = state
        self.libvirtSocket = libvirtSocket
        self.forwards = forwards
    }

    /// The file with our two lines in it, once each, at the end. It is bytes and no text: other lines may be in any
    /// encoding and end as they like, and stay as they are.
    package func added(to file: [UInt8]) -> [UInt8] {
        var bytes = Self.removed(from: file, controller: controller)
        if let last = bytes.last, last != Self.lineEnd { bytes.append(Self.lineEnd) }
        for (role, key) in zip(Self.roles, [reportKey, correctKey]) {
            bytes += line(role: role, key: key).utf8
            bytes.append(Self.lineEnd)
        }
        return bytes
    }

    /// The file without the controller's lines; empty where nothing else was in it.
    package static func removed(from file: [UInt8], controller: String) -> [UInt8] {
        let marks = roles.map { Array(" nestor:\(controller):\($0)".utf8) }
        var others: [UInt8] = []
        var rest = file[...]
        while !rest.isEmpty {
            let line = rest.firstIndex(of: lineEnd).map { rest[...$0] } ?? rest
            rest = rest[line.endIndex...]
            // An editor may have given the line another end, or blanks behind it.
            let text = line[..<(line.lastIndex { !Self.blanks.contains($0) }.map { $0 + 1 } ?? line.startIndex)]
            if !marks.contains(where: text.hasSuffix) { others += line }
        }
        return others
    }

    private static let roles = ["report", "correct"]
    private static let lineEnd = UInt8(ascii: "\n")
    private static let blanks = Array(" \t\r\n".utf8)

    private func line(role: String, key: String) -> String {
        var command = "\(shellQuoted(agent)) session --role \(role) --state \(shellQuoted(state))"
        if let libvirtSocket { command += " --libvirt-socket \(shellQuoted(libvirtSocket))" }
        // sshd reads a backslash before a quote, and nothing else, inside the quoted option.
        let quoted = command.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"")
        var options = ["restrict"]
        // The correcting key is used on the last hop only, so only the reporting one may forward.
        if role == "report" && !forwards.isEmpty {
            options.append("port-forwarding")
            options += forwards.sorted().map { "permitopen=\"\($0)\"" }
            // port-forwarding lets the key listen on the host, too, unless it may listen at one place only. The option
            // can't say "nowhere": port 1 of the loopback is of use to nobody.
            options.append("permitlisten=\"none.invalid:1\"")
        }
        options.append("command=\"\(quoted)\"")
        return "\(options.joined(separator: ",")) \(key) nestor:\(controller):\(role)"
    }
}

extension ArraySlice<UInt8> {
    fileprivate func hasSuffix(_ end: [UInt8]) -> Bool { suffix(end.count).elementsEqual(end) }
}

/// A word that every POSIX shell takes as it is.
package func shellQuoted(_ text: String) -> String {
    let plain = text.utf8.allSatisfy { byte in
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
            || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "/._-:=".utf8.contains(byte)
    }
    if plain && !text.isEmpty { return text }
    return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}
