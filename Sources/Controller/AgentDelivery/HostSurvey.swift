package import NestingModel

/// What enrolment finds out about a machine before it puts anything there.
package struct HostSurvey: Sendable, Hashable {
    /// What starts programs at boot.
    package enum Starter: String, Sendable {
        case systemd, cron, none
    }

    /// Such as `linux-x86_64`.
    package var platform: String
    /// Of the operator's login.
    package var userID: Int
    package var home: String
    package var starter: Starter

    package init(platform: String, userID: Int, home: String, starter: Starter) {
        self.platform = platform
        self.userID = userID
        self.home = home
        self.starter = starter
    }

    /// Where the agent belongs, unless the one who enrols says otherwise.
    package func placement(
        directory: String?, state: String?, libvirtSocket: String?, authorizedKeys: String?, package: AgentPackage
    ) -> InstalledAgent {
        let root = userID == 0
        return InstalledAgent(
            directory: directory ?? (root ? "/usr/local/libexec/nestor" : "\(home)/.local/libexec/nestor"),
            state: state ?? (root ? "/var/lib/nestor-agent" : "\(home)/.local/state/nestor-agent"),
            libvirtSocket: libvirtSocket, authorizedKeys: authorizedKeys ?? "\(home)/.ssh/authorized_keys",
            sha256: package.sha256, version: package.version)
    }
}

/// The files that make a machine settle open corrections by itself.
struct RecoveryFiles {
    struct File {
        var path: String
        var text: String
    }

    static let service = "nestor-agent-recover.service"
    static let timer = "nestor-agent-recover.timer"

    var agent: InstalledAgent

    func files(for starter: HostSurvey.Starter) -> [File] {
        let words = ["\(agent.directory)/nestor-agent", "recover", "--state", agent.state]
        switch starter {
        case .systemd:
            return [
                File(
                    path: "/etc/systemd/system/\(Self.service)",
                    text: """
                        [Unit]
                        Description=Settle the corrections that Nestor's agent has open
                        After=libvirtd.service virtqemud.socket libvirt-guests.service

                        [Service]
                        Type=oneshot
                        ExecStart=\(words.map(Self.systemdQuoted).joined(separator: " "))
                        SuccessExitStatus=75
                        KillMode=process

                        """),
                File(
                    path: "/etc/systemd/system/\(Self.timer)",
                    text: """
                        [Unit]
                        Description=Settle the corrections that Nestor's agent has open, at boot and every minute

                        [Timer]
                        OnBootSec=20s
                        OnUnitInactiveSec=60s

                        [Install]
                        WantedBy=timers.target

                        """),
            ]
        case .cron:
            // A bare percent sign ends cron's command.
            let command = words.map(shellQuoted).joined(separator: " ").split(
                separator: "%", omittingEmptySubsequences: false
            ).joined(separator: "\\%")
            return [
                File(
                    path: "/etc/cron.d/nestor-agent",
                    text: "@reboot root \(command)\n* * * * * root \(command)\n")
            ]
        case .none: return []
        }
    }

    /// systemd.service(5), "Command lines": C-like escapes in double quotes, and specifiers that begin with `%`.
    private static func systemdQuoted(_ word: String) -> String {
        let inside = word.map { character in
            switch character {
            case "\\", "\"": "\\\(character)"
            case "%": "%%"
            default: String(character)
            }
        }
        return "\"\(inside.joined())\""
    }
}
