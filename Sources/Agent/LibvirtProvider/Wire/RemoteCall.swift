/// One call, its arguments already in XDR.
struct RemoteCall {
    var procedure: Procedure
    var body: [UInt8]

    init(_ procedure: Procedure, _ write: (inout XDRWriter) -> Void = { _ in }) {
        self.procedure = procedure
        var writer = XDRWriter()
        write(&writer)
        body = writer.bytes
    }
}

/// What came back for one call.
enum RemoteAnswer {
    case fine(XDRReader)
    case refused(RemoteError)
}

extension RemoteCall {
    /// virConnectListAllDomainsFlags.
    enum ListFilter: UInt32 {
        case all = 0
        case active = 0x1
        case persistent = 0x4
        case running = 0x10
        case paused = 0x20
        case shutOff = 0x40
        case managedSave = 0x100
        case autostart = 0x400
        case snapshots = 0x1000
    }

    /// virDomainXMLFlags.
    enum XMLKind: UInt32 {
        case live = 0
        case inactive = 2
        case inactiveWithSecrets = 3
    }

    static func open(uri: String, readOnly: Bool) -> RemoteCall {
        RemoteCall(.connectOpen) {
            $0.optional(uri)
            $0.unsigned(readOnly ? 1 : 0)
        }
    }

    static func list(_ filter: ListFilter) -> RemoteCall {
        RemoteCall(.connectListAllDomains) {
            $0.signed(1)
            $0.unsigned(filter.rawValue)
        }
    }

    static func lookup(_ uuid: [UInt8]) -> RemoteCall {
        RemoteCall(.domainLookupByUUID) { $0.fixed(uuid) }
    }

    static func xml(_ domain: RemoteDomain, _ kind: XMLKind) -> RemoteCall {
        RemoteCall(.domainGetXMLDesc) {
            domain.write(to: &$0)
            $0.unsigned(kind.rawValue)
        }
    }

    /// One of the calls that take a domain and flags; no flag is set.
    static func on(_ domain: RemoteDomain, _ procedure: Procedure) -> RemoteCall {
        RemoteCall(procedure) {
            domain.write(to: &$0)
            $0.unsigned(0)
        }
    }

    /// libvirt checks the XML against its schema first (VIR_DOMAIN_DEFINE_VALIDATE).
    static func define(_ xml: String) -> RemoteCall {
        RemoteCall(.domainDefineXMLFlags) {
            $0.string(xml)
            $0.unsigned(1)
        }
    }

    static func domainCapabilities(engine: String, arch: String) -> RemoteCall {
        RemoteCall(.connectGetDomainCapabilities) {
            $0.optional(nil)
            $0.optional(arch)
            $0.optional(nil)
            $0.optional(engine)
            $0.unsigned(0)
        }
    }

    /// Statistics of the vCPUs of all active guests. A guest whose QEMU is busy answers without them (NOWAIT), so
    /// that one hung guest does not hold up the report.
    static func virtualCPUStatistics() -> RemoteCall {
        RemoteCall(.connectGetAllDomainStats) {
            $0.unsigned(0)
            $0.unsigned(1 << 3)
            $0.unsigned(1 << 0 | 1 << 29)
        }
    }
}
