import AgentCore
package import NestingModel

extension LibvirtProvider {
    package func manager() -> Fact<GuestManagerFacts> {
        do throws(LibvirtLink.Unreachable) {
            let answers = try link.ask([RemoteCall(.connectGetLibVersion)], within: link.patience.reading)
            let endpoint = link.endpoint
            return .known(
                GuestManagerFacts(
                    name: "libvirt", version: version(answers[0]),
                    connection: endpoint.map { .known($0.uri) } ?? .absent,
                    socket: endpoint.map { .known($0.path) } ?? .absent))
        } catch {
            if case .absent = error { return .absent }
            return .unknown(ProviderFailure(error).description)
        }
    }

    package func hostUUID() -> Fact<String> {
        do throws(ProviderFailure) {
            return try host().uuid
        } catch {
            return .unknown(error.description)
        }
    }

    /// What libvirt knows of the host. Reading it costs libvirt more than all guests together, so that reports take a
    /// reading of the last minute; an administrator may load kvm with another `nested` at any time.
    /// - Parameter fresh: a change is decided by it: it is read now.
    func host(fresh: Bool = false) throws(ProviderFailure) -> HostVirtualization {
        if !fresh, let virtualization, ContinuousClock.now < virtualization.read + .seconds(60) {
            return virtualization.host
        }
        let answers = try read([
            RemoteCall(.connectGetCapabilities), .domainCapabilities(engine: "kvm", arch: "x86_64"),
            .domainCapabilities(engine: "qemu", arch: "x86_64"),
        ])
        var host = HostVirtualization()
        switch text(answers[0]) {
        case .known(let bytes): host.read(capabilities: bytes)
        case .absent: break
        case .unknown(let reason):
            host.uuid = .unknown(reason)
            host.cpuHasIt = .unknown(reason)
        }
        host.kvm = hostModel(answers[1])
        host.qemu = hostModel(answers[2])
        virtualization = (.now, host)
        return host
    }

    private func hostModel(_ answer: RemoteAnswer) -> Fact<HostVirtualization.HostModel> {
        switch text(answer) {
        case .known(let bytes): HostVirtualization.hostModel(domainCapabilities: bytes)
        case .absent: .absent
        case .unknown(let reason): .unknown(reason)
        }
    }

    /// The one string of an answer.
    func text(_ answer: RemoteAnswer) -> Fact<[UInt8]> {
        switch answer {
        case .refused(let error): return .unknown("\(error)")
        case .fine(var reader):
            do throws(XDRFault) {
                return .known(Array(try reader.string()))
            } catch {
                return .unknown("libvirt's answer \(error)")
            }
        }
    }

    private func version(_ answer: RemoteAnswer) -> Fact<String> {
        switch answer {
        case .refused(let error): return .unknown("\(error)")
        case .fine(var reader):
            do throws(XDRFault) {
                let number = try reader.unsignedHyper()
                return .known("\(number / 1_000_000).\(number / 1000 % 1000).\(number % 1000)")
            } catch {
                return .unknown("libvirt's answer \(error)")
            }
        }
    }
}
