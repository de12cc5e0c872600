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

    /// The file with our two lines in it, once each, at the end.
    package func added(to text: String) -> String {
        var lines = Self.others(in: text, controller: controller)
        lines.append(line(role: "report", key: reportKey))
        lines.append(line(role: "correct", key: correctKey))
        return lines.joined(separator: "\n") + "\n"
    }

    /// The file without the controller's lines; empty where nothing else was in it.
    package static func removed(from text: String, controller: String) -> String {
        let lines = others(in: text, controller: controller)
        return lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
    }

    private static func others(in text: String, controller: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines.filter { line in
            !["report", "correct"].contains { line.hasSuffix(" nestor:\(controller):\($0)") }
        }
    }

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

/// A word that every POSIX shell takes as it is.
package func shellQuoted(_ text: String) -> String {
    let plain = text.utf8.allSatisfy { byte in
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
            || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "/._-:=".utf8.contains(byte)
    }
    if plain && !text.isEmpty { return text }
    return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}
