import AgentCore
import CommandLineTable
import Glibc
import LibvirtProvider
import LinuxHostProvider

/// What a command runs in: the state's folder, the hypervisor's address, and the providers that go with them.
struct Surroundings {
    let folder: StateFolder
    let address: HypervisorAddress

    init(_ command: ParsedCommand) throws(StateFault) {
        folder = StateFolder(Self.absolute(try Self.stateFolder(command.option("state"))))
        var given = HypervisorAddress(
            socket: command.option("libvirt-socket").map(Self.absolute), uri: command.option("libvirt-uri"))
        // Remembered by enrolment for those who are not told, such as `recover` at boot; what cannot be read is not
        // there for an ordinary user who only asks for a report.
        let remembered = try? folder.hypervisorAddress()
        if given == HypervisorAddress(), let remembered { given = remembered }
        // The remembered one first, whatever this login has: a session and `recover` must find the same libvirt.
        // Without any word, systemd's rule holds for those too to whom nobody gave the variable.
        given.runtimeDirectory =
            remembered?.runtimeDirectory ?? Self.ownRuntimeDirectory ?? "/run/user/\(geteuid())"
        address = given
    }

    /// Where this login's session daemons listen; nil where it was not told.
    static var ownRuntimeDirectory: String? {
        environment("XDG_RUNTIME_DIR").flatMap { $0.hasPrefix("/") ? $0 : nil }
    }

    var guests: any GuestProvider {
        LibvirtProvider(socket: address.socket, uri: address.uri, runtimeDirectory: address.runtimeDirectory)
    }

    func reports(sysroot: String? = nil) -> ReportBuilder {
        guard let sysroot else {
            return ReportBuilder(host: LinuxHostProvider(root: "/", live: true), guests: guests)
        }
        return ReportBuilder(host: LinuxHostProvider(root: sysroot, live: false), guests: CopiedMachineGuests())
    }

    /// The options with which a worker finds the same surroundings.
    var workerArguments: [String] {
        ["work", "--state", folder.path] + (address.socket.map { ["--libvirt-socket", $0] } ?? [])
            + (address.uri.map { ["--libvirt-uri", $0] } ?? [])
    }

    private static func stateFolder(_ given: String?) throws(StateFault) -> String {
        if let given { return given }
        if geteuid() == 0 { return "/var/lib/nestor-agent" }
        if let folder = environment("XDG_STATE_HOME"), folder.hasPrefix("/") { return folder + "/nestor-agent" }
        guard let home = environment("HOME"), home.hasPrefix("/") else {
            throw StateFault(.missing, "neither XDG_STATE_HOME nor HOME is set", remedy: "name the folder with --state")
        }
        return home + "/.local/state/nestor-agent"
    }

    /// A worker runs in another folder than its session.
    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let here = getcwd(nil, 0) else { return path }
        defer { free(here) }
        return "\(String(cString: here))/\(path)"
    }

    private static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
