import Foundation
import NestingModel
import Testing

@testable import AgentDelivery

@Suite("What makes a machine settle corrections by itself")
struct RecoveryFilesTests {
    private func files(_ directory: String, _ starter: HostSurvey.Starter) -> [RecoveryFiles.File] {
        RecoveryFiles(
            agent: InstalledAgent(
                directory: directory, state: "/var/lib/nestor-agent", libvirtSocket: nil, authorizedKeys: "/k",
                sha256: "0", version: "0")
        ).files(for: starter)
    }

    @Test("is a service and its timer under systemd: at boot and every minute")
    func systemd() {
        let files = files("/usr/local/libexec/nestor", .systemd)
        #expect(
            files.map(\.path) == [
                "/etc/systemd/system/nestor-agent-recover.service", "/etc/systemd/system/nestor-agent-recover.timer",
            ])
        #expect(
            files[0].text.contains(
                "\nExecStart=\"/usr/local/libexec/nestor/nestor-agent\" \"recover\" \"--state\" \"/var/lib/nestor-agent\"\n"
            ))
        #expect(files[0].text.contains("\nKillMode=process\n"), "the detached worker outlives the service")
        #expect(files[1].text.contains("\nOnBootSec=") && files[1].text.contains("\nOnUnitInactiveSec=60s\n"))
        #expect(files.allSatisfy { $0.text.hasSuffix("\n") })
    }

    /// Where a session's worker is at it, `recover` ends with 75: a host must not show a failed unit for that.
    @Test("takes no harm from another worker, in the unit that enrolment writes and in the package's own")
    func otherWorker() throws {
        let top = URL(filePath: #filePath).appending(path: "../../../..").standardized
        let packaged = top.appending(path: "Deploy/systemd/\(RecoveryFiles.service)")
        for unit in [files("/opt/n", .systemd)[0].text, try String(contentsOf: packaged, encoding: .utf8)] {
            let service = unit.split(separator: "[Service]\n").last ?? ""
            #expect(service.contains("\nSuccessExitStatus=75\n"))
        }
    }

    @Test("is a crontab without systemd, and nothing without either")
    func cron() {
        #expect(
            files("/opt/n", .cron).map(\.text) == [
                "@reboot root /opt/n/nestor-agent recover --state /var/lib/nestor-agent\n"
                    + "* * * * * root /opt/n/nestor-agent recover --state /var/lib/nestor-agent\n"
            ])
        #expect(files("/opt/n", .none).isEmpty)
    }

    /// systemd has specifiers and C-like quotes of its own; cron ends a command at a percent sign.
    @Test("keeps paths whole that systemd and cron would read otherwise")
    func quoting() {
        #expect(
            files(#"/o p/it's "5%"\"#, .systemd)[0].text.contains(
                #"ExecStart="/o p/it's \"5%%\"\\/nestor-agent" "recover""#))
        #expect(files("/o p/5%", .cron)[0].text.contains(#"root '/o p/5\%/nestor-agent' recover"#))
    }
}
