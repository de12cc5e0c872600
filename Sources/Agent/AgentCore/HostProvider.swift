package import NestingModel

/// Reads what a machine itself is: the port behind which /proc, /sys and the CPU stand.
///
/// A fact that can't be read is `unknown` with its reason; nothing here throws.
package protocol HostProvider {
    func identity() -> HostIdentity
    func level() -> LevelEvidence
    func cpu() -> CPUFacts
    /// All but `manager`, which the guest provider knows.
    func hypervisor() -> HypervisorFacts
}
