import NestingModel

@testable import LibvirtProvider

/// Definitions for tests.
enum Samples {
    static func domain(
        _ type: String = "kvm", cpu: String = "", memory: String = "<memory unit='MiB'>64</memory>",
        vcpu: String = "<vcpu>2</vcpu>", name: String = "web", arch: String = "x86_64", more: String = "",
        devices: String = ""
    ) -> String {
        """
        <domain type='\(type)'>
          <name>\(name)</name>
          \(memory)
          \(vcpu)
          <os>
            <type arch='\(arch)' machine='pc'>hvm</type>
          </os>
          \(cpu)
          <on_poweroff>destroy</on_poweroff>
          \(more)
          <devices>\(devices)</devices>
        </domain>
        """
    }

    /// An Intel host with nested on.
    static let intel = host(.vmx, kvm: .known(.init(model: "Skylake-Client-IBRS", features: ["vmx": "require"])))
    /// An Intel host with nested off: KVM's host model has no vmx, the CPU has.
    static let intelNestedOff = host(.vmx, kvm: .known(.init(model: "Skylake-Client-IBRS", features: [:])))
    /// An AMD host with nested on: the model has svm, no line says so.
    static let amd = host(.svm, kvm: .known(.init(model: "EPYC-Rome", features: ["npt": "require"])))
    static let amdNestedOff = host(.svm, kvm: .known(.init(model: "EPYC-Rome", features: ["svm": "disable"])))
    /// A machine without KVM, whose CPU libvirt knows to have no extension.
    static var bare: HostVirtualization {
        var host = host(.vmx, kvm: .unknown("libvirt says: the accel 'kvm' is not supported"))
        host.cpuHasIt = .known(false)
        return host
    }
    /// Nothing is known.
    static let blank = HostVirtualization()

    private static func host(
        _ name: VirtualizationExtension, kvm: Fact<HostVirtualization.HostModel>
    ) -> HostVirtualization {
        var host = HostVirtualization()
        host.extension = name
        host.cpuHasIt = .known(true)
        host.kvm = kvm
        host.qemu = .known(.init(model: "EPYC", features: ["npt": "require"]))
        return host
    }
}
