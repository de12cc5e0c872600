import AgentWire
import Digests
package import NestingModel
package import SecureShell

/// Brings the agent to a host, and takes it away again, over an operator's session.
package struct AgentInstaller: Sendable {
    private let session: any SecureShellSession
    private let deadline: Duration
    /// Tells what is done, one sentence each.
    let progress: @Sendable (String) -> Void

    /// - Parameter deadline: of each single step.
    package init(
        session: any SecureShellSession, deadline: Duration = .seconds(60),
        progress: @escaping @Sendable (String) -> Void
    ) {
        self.session = session
        self.deadline = deadline
        self.progress = progress
    }

    /// What the machine is and where things belong there.
    package func survey() async throws(DeliveryFailure) -> HostSurvey {
        let output = try await run(
            """
            uname -s; uname -m; id -u; echo "$HOME"; \
            if [ -d /run/systemd/system ]; then echo systemd; elif [ -d /etc/cron.d ]; then echo cron; else echo none; fi
            """, what: "ask what machine this is")
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.count >= 5, let user = Int(lines[2]) else {
            throw DeliveryFailure(
                "survey-unreadable", "the machine did not say what it is, but '\(output.prefix(80))'",
                remedy: "a POSIX shell is needed for the operator's user, and a login must print nothing by itself")
        }
        guard lines[0] == "Linux" else {
            throw DeliveryFailure(
                "platform-unknown", "the machine runs '\(lines[0])', and agents exist for Linux so far")
        }
        // Both become parts of paths, here and there: nothing that a machine says of itself may lead elsewhere.
        guard AgentPackages.isPlatformName(lines[1]), lines[3].hasPrefix("/"),
            lines[3].unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else {
            throw DeliveryFailure(
                "survey-unreadable", "the machine says that it is '\(lines[1])', and that its home is '\(lines[3])'",
                remedy: "see which machine answers there; the operator's user needs a home folder")
        }
        return HostSurvey(
            platform: "linux-\(lines[1])", userID: user, home: lines[3],
            starter: HostSurvey.Starter(rawValue: lines[4]) ?? .none)
    }

    /// Pushes the binary where it is not there already, and checks that what lies there is what was sent and starts.
    package func push(_ package: AgentPackage, to agent: InstalledAgent) async throws(DeliveryFailure) {
        let path = "\(agent.directory)/nestor-agent"
        try await makeFolder(agent.directory)
        if await remoteSHA256(path) == package.sha256 {
            progress("the agent is there already (\(package.version), sha256 \(package.sha256.prefix(12))…)")
        } else {
            progress("pushing the agent, \(package.bytes.count / 1_000_000) MB, to \(path)")
            try await upload(package.bytes, to: path, mode: 0o755)
            var found = await remoteSHA256(path)
            if found == nil { found = Digest.sha256Hex(of: try await download(path, limit: 256 << 20) ?? []) }
            guard found == package.sha256 else {
                throw DeliveryFailure(
                    "checksum-mismatch",
                    "the agent at '\(path)' has sha256 \(found ?? "unknown"), and \(package.sha256) was sent",
                    remedy: "look at the disk of the host, then try again")
            }
            progress("its checksum is right (sha256 \(package.sha256.prefix(12))…)")
        }
        let version = try await run("\(shellQuoted(path)) version", what: "start the agent")
        progress("it starts: \(version.split(separator: "\n").first ?? "")")
    }

    /// Leaves the controller's id on the host, so that the agent takes orders from it and from nobody else.
    package func introduce(controller: String, epoch: Int, to agent: InstalledAgent) async throws(DeliveryFailure) {
        var command = "\(shellQuoted("\(agent.directory)/nestor-agent")) enrol --controller \(shellQuoted(controller))"
        command += " --epoch \(epoch) --state \(shellQuoted(agent.state))"
        if let socket = agent.libvirtSocket { command += " --libvirt-socket \(shellQuoted(socket))" }
        _ = try await run(command, what: "leave the controller's id")
        progress("the controller's id is left in \(agent.state)")
    }

    /// Writes the controller's two keys.
    package func authorize(_ keys: AuthorizedKeys, in file: String) async throws(DeliveryFailure) {
        let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        _ = try await run(
            "umask 077; mkdir -p \(shellQuoted(folder))", what: "make the folder '\(folder)'")
        let before = try await download(file, limit: 1 << 20) ?? []
        let after = keys.added(to: before)
        if after != before { try await upload(after, to: file, mode: 0o600) }
        progress("the keys for reporting and correcting are in \(file)")
    }

    /// Makes the machine settle open corrections at boot and every minute.
    package func installRecovery(_ survey: HostSurvey, agent: InstalledAgent) async throws(DeliveryFailure) {
        guard survey.userID == 0, survey.starter != .none else {
            progress(
                "nothing starts the agent at boot here (\(survey.userID == 0 ? "no systemd or cron" : "not root")): "
                    + "open corrections are settled when a session starts")
            return
        }
        for file in RecoveryFiles(agent: agent).files(for: survey.starter) {
            try await upload(Array(file.text.utf8), to: file.path, mode: 0o644)
        }
        if survey.starter == .systemd {
            _ = try await run(
                "systemctl daemon-reload && systemctl enable --now \(RecoveryFiles.timer)",
                what: "enable the timer")
        }
        progress("open corrections are settled at boot and every minute, by \(survey.starter.rawValue)")
    }

    // MARK: Steps

    private func makeFolder(_ path: String) async throws(DeliveryFailure) {
        _ = try await run("umask 022; mkdir -p \(shellQuoted(path))", what: "make the folder '\(path)'")
    }

    private func remoteSHA256(_ path: String) async -> String? {
        guard let output = try? await run("sha256sum \(shellQuoted(path)) 2>/dev/null", what: "read its checksum"),
            let word = output.split(separator: " ").first, word.utf8.count == 64
        else { return nil }
        return String(word)
    }

    func run(_ command: String, what: String) async throws(DeliveryFailure) -> String {
        let result: CommandResult
        do throws(SSHFailure) {
            result = try await session.run(command, limit: 1 << 20, deadline: deadline)
        } catch {
            throw DeliveryFailure(error.code.rawValue, "cannot \(what): \(error.sentence)", remedy: error.remedy)
        }
        guard result.status == 0 else {
            throw DeliveryFailure(
                "command-failed",
                "cannot \(what): exit status \(result.status.map(String.init) ?? "unknown") \(result.standardError)")
        }
        return String(decoding: result.output, as: UTF8.self)
    }

    func upload(_ bytes: [UInt8], to path: String, mode: UInt16) async throws(DeliveryFailure) {
        do throws(SSHFailure) {
            try await session.upload(bytes, to: path, mode: mode, deadline: deadline)
        } catch {
            throw DeliveryFailure(
                error.code.rawValue, "cannot write '\(path)': \(error.sentence)", remedy: error.remedy)
        }
    }

    func download(_ path: String, limit: Int) async throws(DeliveryFailure) -> [UInt8]? {
        do throws(SSHFailure) {
            return try await session.download(path, limit: limit, deadline: deadline)
        } catch {
            throw DeliveryFailure(error.code.rawValue, "cannot read '\(path)': \(error.sentence)", remedy: error.remedy)
        }
    }
}
