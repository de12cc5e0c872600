import FoundationEssentials
import NestingModel

/// What is wanted of a guest, in the few settings that the simulation has; nil says nothing about that one.
struct Wanted: Sendable, Hashable {
    var exposed: Bool?
    /// In GiB, at least.
    var memory: Int?
    /// At least.
    var vcpus: Int?
    /// That its memory does not vary; never false.
    var fixed: Bool?

    /// What policies of the store say.
    init(_ desired: DesiredSettings) {
        exposed = desired.exposure
        memory = desired.startupMemory.map { Int($0 >> 30) }
        vcpus = desired.maximumVCPUs
        fixed = desired.dynamicMemory.map(!)
    }

    /// What an order sets.
    init(_ change: GuestChange) {
        exposed = change.exposure
        memory = change.startupMemory.map { Int($0 >> 30) }
        vcpus = change.maximumVCPUs
        fixed = change.dynamicMemory.map(!)
    }

    init(exposed: Bool? = nil, memory: Int? = nil, vcpus: Int? = nil, fixed: Bool? = nil) {
        (self.exposed, self.memory, self.vcpus, self.fixed) = (exposed, memory, vcpus, fixed)
    }

    var desired: DesiredSettings {
        DesiredSettings(
            exposure: exposed, startupMemory: memory.map { Int64($0) << 30 }, dynamicMemory: fixed.map(!),
            maximumVCPUs: vcpus)
    }

    /// The ones that the simulation has.
    static let everySetting: [Setting] = [.exposure, .startupMemory, .maximumVCPUs, .dynamicMemory]

    var settings: [Setting] {
        [
            exposed.map { _ in .exposure }, memory.map { _ in .startupMemory }, vcpus.map { _ in .maximumVCPUs },
            fixed.map { _ in .dynamicMemory },
        ].compactMap(\.self)
    }

    /// Whether the other one wants all that this one does.
    func isPart(of other: Wanted) -> Bool {
        (exposed == nil || exposed == other.exposed) && (memory == nil || memory == other.memory)
            && (vcpus == nil || vcpus == other.vcpus) && (fixed == nil || fixed == other.fixed)
    }

    var yaml: String {
        let words = [
            exposed.map { "exposure: \($0 ? "exposed" : "hidden")" }, memory.map { "startup-memory: \($0)GiB" },
            vcpus.map { "maximum-vcpus: \($0)" }, fixed.map { "dynamic-memory: \(!$0)" },
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
    var dropsSavedState = false
    var cutsPower = false
    /// After it is applied, when it begins to count, and for how long what was right before still complies; nil where
    /// it counts at once.
    var from: Int?
    var graceSeconds: Int?

    static let shutdownSeconds = 30

    var name: String { "p-" + host.replacing("/", with: "-") }

    func yaml(at now: Date) -> String {
        let begin = from.map { now.addingTimeInterval(Double($0)).formatted(.iso8601) }
        let date = begin.map { "from: \"\($0)\", " } ?? ""
        return "  - {name: \(name), select: {paths: [\"\(host)/*\"]}, desire: \(wanted.yaml), \(date)"
            + (graceSeconds.map { "grace: \($0)s, " } ?? "")
            + "mode: \(mode), disruption: {shutdown-deadline: \(Self.shutdownSeconds)s, "
            + "drop-saved-state: \(dropsSavedState), cut-power: \(cutsPower)}}"
    }

    /// As it is when a simulation begins.
    var policy: Policy {
        let begin = from.map { SimulatedTime.begin.addingTimeInterval(Double($0)) }
        return Policy(
            name: name, selector: PolicySelector(paths: ["\(host)/*"]), desired: wanted.desired, mode: mode,
            from: begin.map { Moment($0, $0.formatted(.iso8601)) }, graceSeconds: graceSeconds,
            disruption: DisruptionRules(
                shutdownSeconds: Self.shutdownSeconds,
                consent: CorrectionConsent(dropSavedState: dropsSavedState, cutPower: cutsPower)))
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
