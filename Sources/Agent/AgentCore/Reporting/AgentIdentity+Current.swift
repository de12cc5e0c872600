import AgentWire
package import NestingModel

extension AgentIdentity {
    /// This build.
    package static let current = AgentIdentity(
        version: nestorVersion, protocol: ProtocolRange.current.max, platform: "linux-\(builtFor)")

    private static var builtFor: String {
        #if arch(x86_64)
            "x86_64"
        #elseif arch(arm64)
            "aarch64"
        #elseif arch(s390x)
            "s390x"
        #elseif arch(powerpc64le)
            "ppc64le"
        #elseif arch(riscv64)
            "riscv64"
        #else
            "other"
        #endif
    }
}
