import FoundationEssentials
import NestingModel

/// What is wanted of a guest, in the few settings that the simulation has; nil says nothing about that one.
struct Wanted: Sendable, Hashable {
    var exposed: Bool?
    /// In GiB, at least.
    var memory: Int?
    /// At least.
    var vcpus: Int?

    /// What policies of the store say.
    init(_ desired: DesiredSettings) {
        exposed = desired.exposure
        memory = desired.startupMemory.map { Int($0 >> 30) }
        vcpus = desired.maximumVCPUs
    }

    /// What an order sets.
    init(_ change: GuestChange) {
        exposed = change.exposure
        memory = change.startupMemory.map { Int($0 >> 30) }
        vcpus = change.maximumVCPUs
    }

    init(exposed: Bool? = nil, memory: Int? = nil, vcpus: Int? = nil) {
        (self.exposed, self.memory, self.vcpus) = (exposed, memory, vcpus)
    }

    var desired: DesiredSettings {
        DesiredSettings(exposure: exposed, startupMemory: memory.map { Int64($0) << 30 }, maximumVCPUs: vcpus)
    }

    var settings: [Setting] {
        [exposed.map { _ in .exposure }, memory.map { _ in .startupMemory }, vcpus.map { _ in .maximumVCPUs }]
            .compactMap(\.self)
    }

    /// Whether the other one wants all that this one does.
    func isPart(of other: Wanted) -> Bool {
        (exposed == nil || exposed == other.exposed) && (memory == nil || memory == other.memory)
            && (vcpus == nil || vcpus == other.vcpus)
    }

    var yaml: String {
        let words = [
            exposed.map { "exposure: \($0 ? "exposed" : "hidden")" }, memory.map { "startup-memory: \($0)GiB" },
            vcpus.map { "maximum-vcpus: \($0)" },
        ]
        return "{\(words.compactMap(\.self).joined(separator: ", "))}"
    }
}

/// A policy about the guests of one host.
struct PolicyLine: Sendable, Hashable {
    /// `r0` or `r0/l1`.
    var host: String
    var wanted: Wanted
    var mode: PolicyMode

    static let shutdownSeconds = 30

    var name: String { "p-" + host.replacing("/", with: "-") }

    var yaml: String {
        "  - {name: \(name), select: {paths: [\"\(host)/*\"]}, desire: \(wanted.yaml), "
            + "mode: \(mode), disruption: {shutdown-deadline: \(Self.shutdownSeconds)s}}"
    }

    var policy: Policy {
        Policy(
            name: name, selector: PolicySelector(paths: ["\(host)/*"]), desired: wanted.desired, mode: mode,
            disruption: DisruptionRules(shutdownSeconds: Self.shutdownSeconds))
    }
}

/// A dated exception for one guest.
struct ExemptionLine: Sendable, Hashable {
    var guest: String
    var settings: [Setting]
    /// The values that it is pinned to: of its settings alone.
    var accepts: Wanted
    /// From when it is applied.
    var seconds: Int

    /// Another one of the same guest replaces it.
    func yaml(at now: Date) -> String {
        let expires = now.addingTimeInterval(Double(seconds)).formatted(.iso8601)
        let pin = accepts.settings.isEmpty ? "" : "accepts: \(accepts.yaml), "
        return "  - {name: e-\(guest.replacing("/", with: "-")), select: {paths: [\"\(guest)\"]}, "
            + "settings: [\(settings.map(\.rawValue).joined(separator: ", "))], \(pin)"
            + "owner: alice, reason: it has to be so for a while, expires: \"\(expires)\"}"
    }
}
