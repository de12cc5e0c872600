/// A guest's virtual processors.
package struct VCPUFacts: Codable, Sendable, Equatable {
    /// At the next start.
    package var current: Fact<Int>
    package var maximum: Fact<Int>

    package init(current: Fact<Int>, maximum: Fact<Int>) {
        self.current = current
        self.maximum = maximum
    }
}

/// A guest's memory, in bytes.
package struct MemoryFacts: Codable, Sendable, Equatable {
    /// What the guest starts with (libvirt: `<currentMemory>`, the balloon's target).
    package var startup: Fact<Int64>
    /// Hyper-V's minimum of dynamic memory; absent under libvirt.
    package var minimum: Fact<Int64>
    /// The most that it can get (libvirt: `<memory>`).
    package var maximum: Fact<Int64>
    /// Whether the size varies while it runs: Hyper-V's dynamic memory, or a balloon below the maximum.
    package var dynamic: Fact<Bool>

    package init(startup: Fact<Int64>, minimum: Fact<Int64>, maximum: Fact<Int64>, dynamic: Fact<Bool>) {
        self.startup = startup
        self.minimum = minimum
        self.maximum = maximum
        self.dynamic = dynamic
    }
}

/// Whether a guest's virtual CPU offers virtualization extensions.
package struct ExposureFacts: Codable, Sendable, Equatable {
    /// What the persistent definition gives at the next start.
    package var configured: Fact<Bool>
    /// What the running guest was started with; absent while it is off.
    package var live: Fact<Bool>
    /// What in the definition decides: `host-passthrough`, `feature svm require`, `model EPYC`, …
    package var mechanism: Fact<String>
    /// Whether a guest of this guest ran since it started; absent while it is off.
    package var inUse: Fact<Bool>
    /// How many times an inner guest was entered since it started (KVM's `nested_run`, all vCPUs together).
    package var nestedRuns: Fact<Int64>

    package init(
        configured: Fact<Bool>, live: Fact<Bool>, mechanism: Fact<String>, inUse: Fact<Bool>,
        nestedRuns: Fact<Int64>
    ) {
        self.configured = configured
        self.live = live
        self.mechanism = mechanism
        self.inUse = inUse
        self.nestedRuns = nestedRuns
    }
}

/// One network interface of a guest.
package struct InterfaceFacts: Codable, Sendable, Equatable {
    /// Lower case, with colons.
    package var mac: Fact<String>
    /// How it is attached: `network`, `bridge`, `user`, `direct`, `switch`, …
    package var kind: Fact<String>
    /// The network, bridge or switch.
    package var source: Fact<String>
    /// Whether frames with other source addresses (an inner guest's) may leave.
    package var macSpoofing: Fact<Bool>
    /// What decides it: a filter's name, or Hyper-V's `MacAddressSpoofing`; absent where nothing filters.
    package var macSpoofingBy: Fact<String>

    package init(
        mac: Fact<String>, kind: Fact<String>, source: Fact<String>, macSpoofing: Fact<Bool>,
        macSpoofingBy: Fact<String>
    ) {
        self.mac = mac
        self.kind = kind
        self.source = source
        self.macSpoofing = macSpoofing
        self.macSpoofingBy = macSpoofingBy
    }
}
