import AgentCore
import Glibc

extension ProviderFailure {
    init(_ unreachable: LibvirtLink.Unreachable) {
        switch unreachable {
        case .absent:
            self.init(.hypervisorUnreachable, "no libvirt socket is here", remedy: "start libvirtd or virtqemud")
        case .failed(.malformed(let what)):
            self.init(
                .unexpectedAnswer, "\(ConnectionFault.malformed(what))", remedy: "check that libvirt listens there")
        case .failed(let fault):
            self.init(.hypervisorUnreachable, "\(fault)", remedy: ProviderFailure.remedy(fault))
        }
    }

    /// - Parameter what: what was tried, such as `starting guest web`.
    init(_ error: RemoteError, _ what: String, code: Code = .operationFailed) {
        switch error.code {
        case .noDomain: self.init(.guestUnknown, "\(what): \(error)")
        case .operationDenied:
            self.init(code, "\(what): \(error)", remedy: "connect as root or as a member of the group libvirt")
        default: self.init(code, "\(what): \(error)")
        }
    }

    init(_ fault: XDRFault, _ what: String) {
        self.init(.unexpectedAnswer, "\(what): libvirt's answer \(fault)")
    }

    private static func remedy(_ fault: ConnectionFault) -> String {
        switch fault {
        case .cannotConnect(_, EACCES, _), .cannotConnect(_, EPERM, _):
            "run the agent as root or as a member of the group libvirt (which is as good as root)"
        case .cannotConnect(_, ECONNREFUSED, _), .cannotConnect(_, ENOENT, _):
            "start the daemon: systemctl start libvirtd (or virtqemud)"
        case .authentication:
            "run the agent as root or as a member of the group libvirt, or allow org.libvirt.unix.manage by polkit"
        case .timedOut, .closed: "see whether virsh list answers, else restart the daemon"
        default: ""
        }
    }
}
